#include "storage/agent_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"

namespace edgeplane::storage {
namespace {

// What the limits of proto/edgeplane/v1/agent.proto come to, escaped, and more.
constexpr JsonLimits kColumnLimits{256 * 1024, 2};

}  // namespace

std::string LabelsToJson(const std::map<std::string, std::string>& labels) {
  boost::json::object object;
  for (const auto& [name, value] : labels) object.emplace(name, value);
  return boost::json::serialize(object);
}

std::optional<std::map<std::string, std::string>> LabelsFromJson(const std::string& text) {
  const Result<boost::json::value> parsed = ParseJson(text, kColumnLimits);
  if (!parsed.ok() || !parsed->is_object()) return std::nullopt;
  std::map<std::string, std::string> labels;
  for (const auto& member : parsed->get_object()) {
    if (!member.value().is_string()) return std::nullopt;
    labels.emplace(member.key(), member.value().get_string());
  }
  return labels;
}

std::string AddressesToJson(const std::vector<std::string>& addresses) {
  boost::json::array array;
  for (const std::string& address : addresses) array.emplace_back(address);
  return boost::json::serialize(array);
}

std::optional<std::vector<std::string>> AddressesFromJson(const std::string& text) {
  const Result<boost::json::value> parsed = ParseJson(text, kColumnLimits);
  if (!parsed.ok() || !parsed->is_array()) return std::nullopt;
  std::vector<std::string> addresses;
  for (const boost::json::value& address : parsed->get_array()) {
    if (!address.is_string()) return std::nullopt;
    addresses.emplace_back(address.get_string());
  }
  return addresses;
}

}  // namespace edgeplane::storage
