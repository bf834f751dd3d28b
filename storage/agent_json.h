// Labels and addresses as the durable stores keep them: as JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgeplane::storage {

// An object of strings. Reading gives nothing where the text is not that.
std::string LabelsToJson(const std::map<std::string, std::string>& labels);
std::optional<std::map<std::string, std::string>> LabelsFromJson(const std::string& text);

// An array of strings.
std::string AddressesToJson(const std::vector<std::string>& addresses);
std::optional<std::vector<std::string>> AddressesFromJson(const std::string& text);

}  // namespace edgeplane::storage
