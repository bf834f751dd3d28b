// What server reflection may tell: the services one server hosts, and the
// descriptors of the files they are written in.
#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgeplane::rpc {

// Built once, then read from any thread. Knows nothing outside the files of
// `services` and `also` and all they import, though the process may have more
// compiled in.
class ReflectionCatalog {
 public:
  // Fully qualified names; those of `also` are any symbols callers may want to
  // look up without a service that mentions them (error details, for example).
  // A name that is not compiled in is listed, but cannot be described.
  ReflectionCatalog(std::vector<std::string> services, const std::vector<std::string>& also);

  // Serialized google.protobuf.FileDescriptorProto: the file, then all it
  // imports, directly or not, each once. The strings live as long as the
  // catalog.
  using Files = std::vector<const std::string*>;

  [[nodiscard]] const std::vector<std::string>& services() const { return services_; }
  [[nodiscard]] std::optional<Files> FileByName(const std::string& name) const;
  // A message, enum, enum value, field, extension, service or method.
  [[nodiscard]] std::optional<Files> FileOfSymbol(const std::string& symbol) const;
  [[nodiscard]] std::optional<Files> FileOfExtension(const std::string& type, int number) const;
  // Ascending. Nothing when the type is not known; empty when nobody extends it.
  [[nodiscard]] std::optional<std::vector<int>> ExtensionNumbers(const std::string& type) const;

 private:
  using File = google::protobuf::FileDescriptor;

  // `file` is one of the generated pool.
  void AddWithImports(const File& file);
  // `file` is one of pool_, or null.
  [[nodiscard]] std::optional<Files> Collect(const File* file) const;

  std::vector<std::string> services_;
  // A pool of its own, and not the generated one, for two reasons: it holds
  // nothing that must not be told, and it does not remember every name it was
  // asked for in vain, as a pool with a database behind it does: a stranger
  // could fill the memory with those.
  google::protobuf::DescriptorPool pool_;
  std::map<std::string, std::string> serialized_;  // by file name
};

}  // namespace edgeplane::rpc
