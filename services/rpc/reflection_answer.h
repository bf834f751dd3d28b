// The answer to one reflection question, for either version of the service.
#pragma once

#include <grpcpp/support/status.h>

#include <optional>
#include <string>

#include "services/rpc/reflection_catalog.h"

namespace edgeplane::rpc {

// Request and Response are those of grpc.reflection.v1 or v1alpha, which differ
// in nothing but the package. Failures are answers too: the stream goes on.
template <class Request, class Response>
void AnswerReflection(const ReflectionCatalog& catalog, const Request& request,
                      Response* response) {
  response->set_valid_host(request.host());
  *response->mutable_original_request() = request;

  const auto fail = [response](grpc::StatusCode code, const char* message) {
    response->mutable_error_response()->set_error_code(code);
    response->mutable_error_response()->set_error_message(message);
  };
  const auto give = [&](const std::optional<ReflectionCatalog::Files>& files) {
    if (!files) return fail(grpc::StatusCode::NOT_FOUND, "This server has no such file or symbol.");
    auto* answer = response->mutable_file_descriptor_response();
    for (const std::string* file : *files) answer->add_file_descriptor_proto(*file);
  };

  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      return give(catalog.FileByName(request.file_by_filename()));
    case Request::kFileContainingSymbol:
      return give(catalog.FileOfSymbol(request.file_containing_symbol()));
    case Request::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      return give(catalog.FileOfExtension(wanted.containing_type(), wanted.extension_number()));
    }
    case Request::kAllExtensionNumbersOfType: {
      const std::string& type = request.all_extension_numbers_of_type();
      const auto numbers = catalog.ExtensionNumbers(type);
      if (!numbers) return fail(grpc::StatusCode::NOT_FOUND, "This server has no such type.");
      auto* answer = response->mutable_all_extension_numbers_response();
      answer->set_base_type_name(type);
      answer->mutable_extension_number()->Add(numbers->begin(), numbers->end());
      return;
    }
    case Request::kListServices: {
      auto* answer = response->mutable_list_services_response();
      for (const std::string& name : catalog.services()) answer->add_service()->set_name(name);
      return;
    }
    case Request::MESSAGE_REQUEST_NOT_SET:
      break;
  }
  fail(grpc::StatusCode::INVALID_ARGUMENT, "The request asks nothing this server knows.");
}

}  // namespace edgeplane::rpc
