// One call of the operator's API on its way through the audit log.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "services/admin/audit_log.h"
#include "storage/audit.h"

namespace edgeplane::admin {

// Whether AdminService's method changes anything: it does unless the API says that it
// has no side effects.
bool HasSideEffects(std::string_view method);

// Who calls.
struct Caller {
  std::string name;  // of the token
  std::string peer_address;
};

// Of a call without side effects there is nothing to be done. `log` must outlive it.
class AuditedCall {
 public:
  AuditedCall(AuditLog& log, std::string_view method, const Caller& caller,
              const google::protobuf::Message& request);

  // Before anything is done; when this fails, nothing may be.
  Status Begin();
  // `response` is null where it failed.
  void End(const Status& status, const google::protobuf::Message* response);

 private:
  AuditLog* log_;
  std::optional<storage::AuditEntry> entry_;  // nothing: without side effects
  std::string audit_id_;
};

}  // namespace edgeplane::admin
