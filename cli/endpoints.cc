#include "cli/endpoints.h"

#include <boost/json/object.hpp>
#include <filesystem>

#include "base/endpoint.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/data_directory.h"

namespace edgeplane::cli {
namespace {

constexpr size_t kEndpointsBytesMax = 16 * 1024;
// Addresses are no secret, and an operator's own account may differ from the
// server's.
constexpr int kEndpointsMode = 0644;

std::filesystem::path EndpointsPath(const std::string& data_directory) {
  return std::filesystem::path(data_directory) / kEndpointsFile;
}

std::string TextMember(const boost::json::object& object, std::string_view name) {
  const boost::json::value* member = object.if_contains({name.data(), name.size()});
  if (member == nullptr || !member->is_string()) return {};
  const boost::json::string& text = member->get_string();
  return {text.data(), text.size()};
}

}  // namespace

Status WriteEndpoints(const std::string& data_directory, const Endpoints& endpoints) {
  boost::json::object object;
  object["listen"] = endpoints.listen;
  object["tls_listen"] = endpoints.tls_listen;
  object["grpc_listen"] = endpoints.grpc_listen;
  object["metrics_listen"] = endpoints.metrics_listen;
  object["registry_listen"] = endpoints.registry_listen;
  return WriteFileAtomically(EndpointsPath(data_directory),
                             CanonicalJson(boost::json::value(std::move(object))) + "\n",
                             kEndpointsMode);
}

void RemoveEndpoints(const std::string& data_directory) {
  std::error_code not_there;
  std::filesystem::remove(EndpointsPath(data_directory), not_there);
}

Result<Endpoints> ReadEndpoints(const std::string& data_directory) {
  const Result<std::string> text = ReadFile(EndpointsPath(data_directory), kEndpointsBytesMax);
  if (!text.ok()) return text.error();
  const Result<boost::json::value> json = ParseJson(*text, JsonLimits{});
  if (!json.ok()) return json.error();
  if (!json->is_object()) {
    return MakeError(v1::ErrorReason::INVALID_FIELD, "endpoints.json is not a JSON object.");
  }
  const boost::json::object& object = json->get_object();
  return Endpoints{.listen = TextMember(object, "listen"),
                   .tls_listen = TextMember(object, "tls_listen"),
                   .grpc_listen = TextMember(object, "grpc_listen"),
                   .metrics_listen = TextMember(object, "metrics_listen"),
                   .registry_listen = TextMember(object, "registry_listen")};
}

Error NameListenSetting(Error error, const std::string& settings) {
  if (IsCannotListen(error)) {
    error.message += " Another address can be given with " + settings + ".";
  }
  return error;
}

}  // namespace edgeplane::cli
