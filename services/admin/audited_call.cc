#include "services/admin/audited_call.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <vector>

#include "base/encoding.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "edgeplane/v1/options.pb.h"
#include "services/rpc/status.h"

namespace edgeplane::admin {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::FieldMaskUtil;
using google::protobuf::util::TimeUtil;

constexpr size_t kIdBytesMax = 128;
constexpr size_t kPeerBytesMax = 128;
constexpr size_t kDetailBytesMax = 512;
constexpr const char* kSubjects[] = {"command_id", "join_token_id"};

// The text of that field, or of one of that name a level below (UpdateAgentRequest.agent,
// CreateJoinTokenResponse.join_token); empty where there is none.
std::string TextOf(const Message& message, const std::string& name, int depth = 1) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return reflection.GetString(message, field);
  }
  std::vector<const FieldDescriptor*> fields;
  if (depth > 0) reflection.ListFields(message, &fields);
  for (const FieldDescriptor* each : fields) {
    if (each->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || each->is_repeated()) continue;
    std::string text = TextOf(reflection.GetMessage(message, each), name, depth - 1);
    if (!text.empty()) return text;
  }
  return {};
}

// As a store can hold it.
std::string Kept(const std::string& text, size_t bytes_max) {
  std::string kept(CutUtf8(text, bytes_max));
  std::replace(kept.begin(), kept.end(), '\0', '?');
  return kept;
}

// As far as it can be an id. The request has not been checked yet.
std::string IdOf(const Message& message, const std::string& name) {
  return Kept(TextOf(message, name), kIdBytesMax);
}

std::string SubjectOf(const Message& message) {
  for (const char* name : kSubjects) {
    std::string id = IdOf(message, name);
    if (!id.empty()) return id;
  }
  return {};
}

std::string Quoted(const std::string& text) {
  return boost::json::serialize(boost::json::string(text));
}

// Empty for what is left out: messages but for spans, times and masks; maps.
std::string MessageText(const Message& message) {
  if (const auto* span = dynamic_cast<const google::protobuf::Duration*>(&message)) {
    return TimeUtil::ToString(*span);
  }
  if (const auto* mask = dynamic_cast<const google::protobuf::FieldMask*>(&message)) {
    return FieldMaskUtil::ToString(*mask);
  }
  return {};
}

std::string RepeatedText(const Message& message, const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return {};
  const Reflection& reflection = *message.GetReflection();
  std::string texts;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (i > 0) texts += ',';
    texts += Quoted(reflection.GetRepeatedString(message, &field, i));
  }
  return texts;
}

std::string ValueText(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return RepeatedText(message, field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return Quoted(reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.GetEnum(message, &field)->name();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(reflection.GetMessage(message, &field));
    default:
      return {};
  }
}

bool IsTold(const FieldDescriptor& field) {
  if (field.options().GetExtension(v1::sensitive)) return false;
  const std::string& name = field.name();
  return name != "agent_id" &&
         std::find(std::begin(kSubjects), std::end(kSubjects), name) == std::end(kSubjects);
}

// "type=\"reload\" priority=IMMEDIATE"
std::string DetailOf(const Message& request) {
  std::vector<const FieldDescriptor*> fields;
  request.GetReflection()->ListFields(request, &fields);
  std::string detail;
  for (const FieldDescriptor* field : fields) {
    if (!IsTold(*field)) continue;
    const std::string value = ValueText(request, *field);
    if (value.empty()) continue;
    if (!detail.empty()) detail += ' ';
    detail += field->name() + '=' + value;
    if (detail.size() > kDetailBytesMax) break;
  }
  return Kept(detail, kDetailBytesMax);
}

}  // namespace

bool HasSideEffects(std::string_view method) {
  static const google::protobuf::ServiceDescriptor& service =
      *v1::ListAuditRequest::descriptor()->file()->FindServiceByName("AdminService");
  const auto* found = service.FindMethodByName(std::string(method));
  return found == nullptr ||
         found->options().idempotency_level() != google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
}

AuditedCall::AuditedCall(AuditLog& log, std::string_view method, const Caller& caller,
                         const Message& request)
    : log_(&log) {
  if (!HasSideEffects(method)) return;
  storage::AuditEntry& entry = entry_.emplace();
  entry.caller = caller.name;
  entry.peer_address = Kept(caller.peer_address, kPeerBytesMax);
  entry.method = std::string(method);
  entry.agent_id = IdOf(request, "agent_id");
  entry.subject = SubjectOf(request);
  entry.detail = DetailOf(request);
}

Status AuditedCall::Begin() {
  if (!entry_) return {};
  Result<std::string> id = log_->Begin(*std::move(entry_));
  if (!id.ok()) return id.error();
  audit_id_ = *std::move(id);
  return {};
}

void AuditedCall::End(const Status& status, const Message* response) {
  if (audit_id_.empty()) return;
  storage::AuditOutcome outcome;
  outcome.audit_id = audit_id_;
  if (!status.ok()) {
    outcome.end.status_code = static_cast<int32_t>(rpc::ToGrpcStatus(status.error()).error_code());
    outcome.end.error_reason = v1::ErrorReason::Code_Name(status.error().code);
  }
  if (response != nullptr) {
    outcome.agent_id = IdOf(*response, "agent_id");
    outcome.subject = SubjectOf(*response);
  }
  log_->End(std::move(outcome));
}

}  // namespace edgeplane::admin
