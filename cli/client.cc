#include "cli/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/version.h"
#include "cli/failure.h"
#include "cli/request_text.h"
#include "cli/unreachable.h"
#include "edgeplane/v1/options.pb.h"

namespace edgeplane::cli {
namespace {

constexpr size_t kTokenBytesMax = 4096;

grpc::ChannelArguments ChannelSettings() {
  grpc::ChannelArguments arguments;
  // gRPC would follow http_proxy by itself: a proxy has no business between an
  // operator and a control plane on a private address, and would see the token.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetUserAgentPrefix("edgeplane/" + std::string(Version()));
  // A page of a thousand agents with full labels is larger than gRPC's 4 MiB.
  arguments.SetMaxReceiveMessageSize(64 * 1024 * 1024);
  return arguments;
}

bool IsHeaderSafe(std::string_view token) {
  for (const char c : token) {
    if (c <= 0x20 || c >= 0x7F) return false;
  }
  return !token.empty();
}

}  // namespace

Client::~Client() = default;

std::optional<Outcome> Client::ReadToken() {
  // A file that may be there but cannot be looked at is for the reading below to
  // complain about.
  std::error_code unknown;
  const bool maybe_there = !settings_.token_file.empty() &&
                           (std::filesystem::exists(settings_.token_file, unknown) || unknown);
  if (!maybe_there && !settings_.token_file_given) return std::nullopt;
  Result<std::string> token = ReadPrivateFile(settings_.token_file, kTokenBytesMax);
  if (!token.ok()) {
    return Outcome{
        ExitCode::kNotPermitted,
        {"cannot use the admin token in " + settings_.token_file + ": " + token.error().message}};
  }
  token_ = Secret(std::move(*token));
  if (!IsHeaderSafe(token_.Reveal())) {
    return Outcome{ExitCode::kNotPermitted,
                   {settings_.token_file + " does not hold a token: it must be one line of "
                                           "printable characters without spaces."}};
  }
  settings_.token_sent = true;
  return std::nullopt;
}

std::optional<Outcome> Client::CheckText(const google::protobuf::Message& request) const {
  const std::optional<std::string> field = FindTextThatIsNotUtf8(request);
  if (!field) return std::nullopt;
  return UsageError(OptionForField(*field, invocation_.leaf) +
                    ": must be UTF-8 text, and is not; what is the character set of this terminal "
                    "or script?");
}

std::optional<Outcome> Client::Prepare() {
  if (stub_ != nullptr) return std::nullopt;
  Result<ClientSettings> settings = ResolveClientSettings(invocation_.client_flags);
  if (!settings.ok()) return SettingsFailure(settings.error());
  settings_ = std::move(*settings);
  if (settings_.server.empty()) return NoServer(settings_);
  if (std::optional<Outcome> failure = ReadToken()) return failure;
  stub_ = v1::AdminService::NewStub(grpc::CreateCustomChannel(
      settings_.server, grpc::InsecureChannelCredentials(), ChannelSettings()));
  return std::nullopt;
}

void Client::PrepareContext(grpc::ClientContext& context, Duration deadline) const {
  context.set_deadline(std::chrono::system_clock::now() + deadline);
  if (token_.empty()) return;
  std::string value = "Bearer ";
  value += token_.Reveal();
  context.AddMetadata("authorization", value);
  Wipe(value);
}

Outcome Client::Explain(const grpc::Status& status) const {
  return CallFailure(status, settings_, invocation_.leaf);
}

void WipeSensitive(google::protobuf::Message& message) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    if (!field->options().GetExtension(v1::sensitive) || field->is_repeated()) continue;
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) continue;
    std::string scratch;
    const std::string& value = reflection.GetStringReference(message, field, &scratch);
    // The reference is into the message; writing through it is the only way to
    // reach these bytes before they are freed.
    Wipe(const_cast<char*>(value.data()), value.size());
    reflection.ClearField(&message, field);
  }
}

}  // namespace edgeplane::cli
