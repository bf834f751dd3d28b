#include "storage/postgres/connect_string.h"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>

namespace edgeplane::storage::postgres {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// "a,b,c"; one empty element where the list is empty.
std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> elements;
  size_t begin = 0;
  while (true) {
    const size_t comma = list.find(',', begin);
    elements.push_back(list.substr(begin, comma - begin));
    if (comma == std::string::npos) return elements;
    begin = comma + 1;
  }
}

// A list of one holds for every host, as in libpq.
std::string ElementOf(const std::vector<std::string>& elements, size_t index) {
  if (elements.size() == 1) return elements.front();
  return index < elements.size() ? elements[index] : "";
}

Error Unreadable() {
  return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                   "The connection string of the database cannot be read; it is as in 'host=db "
                   "dbname=edgeplane user=edgeplane' or 'postgresql://edgeplane@db/edgeplane'.");
}

}  // namespace

Result<ConnectString> ConnectString::Parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return Unreadable();
  ConnectString parsed;
  parsed.text_ = std::make_shared<const Secret>(Secret::CopyOf(text));
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(parsed.text_->Reveal().data(), &complaint));
  // It may repeat a part of the string, and so a password.
  PQfreemem(complaint);
  if (options == nullptr) return Unreadable();
  std::map<std::string, std::string> values;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view name = option->keyword;
    if (name == "password" || name == "sslpassword") {
      parsed.passwords_.push_back(std::make_shared<const Secret>(Secret::CopyOf(option->val)));
    } else {
      values.emplace(name, option->val);
    }
  }
  const std::vector<std::string> names = Split(values["host"]);
  const std::vector<std::string> addresses = Split(values["hostaddr"]);
  const std::vector<std::string> ports = Split(values["port"]);
  for (size_t i = 0; i < std::max(names.size(), addresses.size()); ++i) {
    parsed.hosts_.push_back({ElementOf(names, i), ElementOf(addresses, i), ElementOf(ports, i)});
  }
  return parsed;
}

ConnectString::Keywords ConnectString::For(size_t host, Duration silence) const {
  const std::string milliseconds =
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(silence).count());
  Keywords keywords;
  keywords.owned = {milliseconds};
  const auto add = [&](const char* name, const char* value) {
    keywords.names.push_back(name);
    keywords.values.push_back(value);
  };
  // The string, which is expanded in place of dbname, goes before these ..
  add("application_name", "edgeplane");
  add("target_session_attrs", "read-write");
  add("keepalives_idle", "10");
  add("keepalives_interval", "5");
  add("keepalives_count", "3");
  add("tcp_user_timeout", keywords.owned.front().c_str());
  add("dbname", text_->Reveal().data());
  // .. and these before the string.
  add("client_encoding", "UTF8");
  const Host& chosen = hosts_.at(host);
  if (hosts_.size() > 1) {
    add("host", chosen.name.c_str());
    add("hostaddr", chosen.address.c_str());
    add("port", chosen.port.c_str());
  }
  add(nullptr, nullptr);
  return keywords;
}

std::string ConnectString::Redact(std::string text) const {
  for (const auto& password : passwords_) {
    if (password->empty()) continue;
    size_t at = 0;
    while ((at = text.find(password->Reveal(), at)) != std::string::npos) {
      text.replace(at, password->Reveal().size(), "***");
      at += 3;
    }
  }
  return text;
}

}  // namespace edgeplane::storage::postgres
