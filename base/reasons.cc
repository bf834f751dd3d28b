#include "base/reasons.h"

#include <google/protobuf/descriptor.h>

#include <vector>

namespace edgeplane {
namespace {

// What the descriptor says of each value of one enum, by number. Numbers that
// are not in use have the entry of value 0.
template <class Traits>
class Table {
 public:
  template <class Extension>
  Table(const google::protobuf::EnumDescriptor& values, int size, const Extension& extension)
      : entries_(static_cast<size_t>(size), Entry{values.FindValueByNumber(0)->name(), {}}) {
    for (int i = 0; i < values.value_count(); ++i) {
      const google::protobuf::EnumValueDescriptor& value = *values.value(i);
      entries_[static_cast<size_t>(value.number())] = {value.name(),
                                                       value.options().GetExtension(extension)};
    }
  }

  // A newer peer may send a number this build does not know.
  const Traits& TraitsAt(int number) const { return At(number).traits; }
  const std::string& NameAt(int number) const { return At(number).name; }

 private:
  struct Entry {
    std::string name;
    Traits traits;
  };

  const Entry& At(int number) const {
    const auto index = static_cast<size_t>(number);
    return index < entries_.size() ? entries_[index] : entries_.front();
  }

  std::vector<Entry> entries_;
};

// Never destroyed: threads may still ask while the process ends.
const Table<v1::ReasonTraits>& Reasons() {
  static const auto& table =
      *new Table<v1::ReasonTraits>(*v1::Reason_descriptor(), v1::Reason_ARRAYSIZE, v1::traits);
  return table;
}

const Table<v1::DisconnectTraits>& Disconnects() {
  static const auto& table = *new Table<v1::DisconnectTraits>(
      *v1::Disconnect_descriptor(), v1::Disconnect_ARRAYSIZE, v1::disconnect_traits);
  return table;
}

}  // namespace

const v1::ReasonTraits& TraitsOf(v1::Reason reason) { return Reasons().TraitsAt(reason); }

const v1::DisconnectTraits& TraitsOf(v1::Disconnect disconnect) {
  return Disconnects().TraitsAt(disconnect);
}

const std::string& NameOf(v1::Reason reason) { return Reasons().NameAt(reason); }

const std::string& NameOf(v1::Disconnect disconnect) { return Disconnects().NameAt(disconnect); }

std::string_view LabelOf(v1::Stage stage) {
  switch (stage) {
    case v1::CONNECTION:
      return "connection";
    case v1::REQUEST:
      return "request";
    case v1::CREDENTIALS:
      return "credentials";
    case v1::ADMISSION:
      return "admission";
    case v1::CAPACITY:
      return "capacity";
    case v1::JOINING:
      return "joining";
    default:  // protobuf adds sentinels to the enum, and numbers may be newer
      return "unspecified";
  }
}

}  // namespace edgeplane
