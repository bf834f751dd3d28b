// A certificate for a first start without one.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace edgeplane {

// Makes a P-256 key and a certificate that is its own issuer and good for ten years,
// unless both files are there already. For a first start without a certificate:
// whoever connects has to be told to trust it. `names` is what it is good for, as
// OpenSSL's subjectAltName has it.
inline constexpr char kThisMachine[] = "DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1";
Status EnsureSelfSignedCertificate(const std::filesystem::path& certificate,
                                   const std::filesystem::path& key,
                                   const char* names = kThisMachine);

}  // namespace edgeplane
