#include "gateway/register_text.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <optional>

#include "gateway/json_members.h"

namespace edgeplane::gateway {

namespace {

namespace json = boost::json;

constexpr size_t kPhoneDigitsMax = 15;  // E.164

// People write phones with these between the digits.
bool IsPhoneFiller(char c) { return std::string_view(" -.()").find(c) != std::string_view::npos; }

std::optional<std::string> Phone(const json::object& body) {
  std::string phone = TextMember(body, "user_phone").value_or("");
  std::erase_if(phone, IsPhoneFiller);
  const std::string_view digits =
      phone.starts_with('+') ? std::string_view(phone).substr(1) : std::string_view(phone);
  const bool good =
      !digits.empty() && digits.size() <= kPhoneDigitsMax &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!good) return std::nullopt;
  return phone;
}

// Takes the text out of the parsed body, and leaves nothing of it there.
Secret TakeSecret(json::object& body, std::string_view name) {
  json::value* value = body.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  json::string& text = value->get_string();
  Secret secret = Secret::CopyOf(std::string_view(text));
  Wipe(text.data(), text.size());
  return secret;
}

}  // namespace

std::variant<RegisterBody, MalformedMessage> ParseRegister(std::string_view text,
                                                           const JsonLimits& limits) {
  Result<json::value> parsed = ParseJson(text, limits);
  if (!parsed) return MalformedMessage{parsed.error().message};
  json::object* object = parsed->if_object();
  if (object == nullptr) return MalformedMessage{"The body is not a JSON object."};
  Secret token = TakeSecret(*object, "registration_token");
  Secret older = TakeSecret(*object, "auth_token");
  RegisterBody body;
  body.token = token.empty() ? std::move(older) : std::move(token);
  std::optional<std::string> phone = Phone(*object);
  if (!phone) return MalformedMessage{"The user_phone is not 1 to 15 digits (E.164)."};
  if (body.token.empty()) {
    return MalformedMessage{"There is neither a registration_token nor an auth_token."};
  }
  body.user_phone = *std::move(phone);
  const json::value* issue = Member(*object, "issue_secret");
  body.issue_secret = issue != nullptr && issue->is_bool() && issue->get_bool();
  return body;
}

std::string RegisterText(const Registered& registered) {
  std::string text = R"({"edge_agent_id":)" + json::serialize(json::value(registered.agent_id));
  if (!registered.secret.empty()) {
    // Hex digits (v1::RegisterResponse): nothing in it needs an escape.
    text += R"(,"secret":")";
    text += registered.secret.Reveal();
    text += '"';
  }
  return text + '}';
}

}  // namespace edgeplane::gateway
