#include "services/rpc/reflection_catalog.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/log.h"

namespace edgeplane::rpc {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;

ReflectionCatalog::ReflectionCatalog(std::vector<std::string> services,
                                     const std::vector<std::string>& also)
    : services_(std::move(services)) {
  std::sort(services_.begin(), services_.end());
  for (const std::vector<std::string>* names : {&std::as_const(services_), &also}) {
    for (const std::string& name : *names) {
      const File* file = DescriptorPool::generated_pool()->FindFileContainingSymbol(name);
      if (file == nullptr) {
        LogError("reflection symbol missing", {{"name", name}});
        continue;
      }
      AddWithImports(*file);
    }
  }
}

void ReflectionCatalog::AddWithImports(const File& file) {
  if (serialized_.contains(file.name())) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddWithImports(*file.dependency(i));
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  if (pool_.BuildFile(proto) == nullptr) {
    LogError("reflection file unusable", {{"file", file.name()}});
    return;
  }
  serialized_.emplace(file.name(), proto.SerializeAsString());
}

std::optional<ReflectionCatalog::Files> ReflectionCatalog::Collect(const File* file) const {
  if (file == nullptr) return std::nullopt;
  Files collected;
  std::vector<const File*> order = {file};
  std::set<const File*> seen = {file};
  for (size_t at = 0; at < order.size(); ++at) {  // grows while it is walked
    const File* current = order[at];
    collected.push_back(&serialized_.at(current->name()));
    for (int i = 0; i < current->dependency_count(); ++i) {
      if (seen.insert(current->dependency(i)).second) order.push_back(current->dependency(i));
    }
  }
  return collected;
}

std::optional<ReflectionCatalog::Files> ReflectionCatalog::FileByName(
    const std::string& name) const {
  return Collect(pool_.FindFileByName(name));
}

std::optional<ReflectionCatalog::Files> ReflectionCatalog::FileOfSymbol(
    const std::string& symbol) const {
  return Collect(pool_.FindFileContainingSymbol(symbol));
}

std::optional<ReflectionCatalog::Files> ReflectionCatalog::FileOfExtension(const std::string& type,
                                                                           int number) const {
  const auto* extended = pool_.FindMessageTypeByName(type);
  if (extended == nullptr) return std::nullopt;
  const FieldDescriptor* extension = pool_.FindExtensionByNumber(extended, number);
  return extension != nullptr ? Collect(extension->file()) : std::nullopt;
}

std::optional<std::vector<int>> ReflectionCatalog::ExtensionNumbers(const std::string& type) const {
  const auto* extended = pool_.FindMessageTypeByName(type);
  if (extended == nullptr) return std::nullopt;
  std::vector<const FieldDescriptor*> extensions;
  pool_.FindAllExtensions(extended, &extensions);
  std::vector<int> numbers;
  numbers.reserve(extensions.size());
  for (const FieldDescriptor* extension : extensions) numbers.push_back(extension->number());
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace edgeplane::rpc
