// Which of an agent's secrets a bearer shows knowledge of. The part of admission
// that touches secrets.
#pragma once

#include <string_view>

#include "services/registry/admission.h"
#include "services/registry/hmac_token.h"
#include "storage/agent.h"

namespace edgeplane::registry {

struct SecretMatch {
  // Into the credentials; null: none.
  const storage::SealedSecret* equal = nullptr;   // the bearer is this secret
  const storage::SealedSecret* signer = nullptr;  // the token is signed with this secret
  bool equal_fleet = false;                       // the bearer is the fleet secret
  bool signer_fleet = false;                      // the token is signed with the fleet secret
  size_t examined = 0;
  bool unreadable = false;
};

// `token` is null where the bearer is none. Of several that match, one that is
// in force wins.
SecretMatch MatchSecrets(const AdmissionInput& input, const AdmissionPolicy& policy,
                         const ParsedToken* token);

}  // namespace edgeplane::registry
