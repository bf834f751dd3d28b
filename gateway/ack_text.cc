#include "gateway/ack_text.h"

#include <boost/json/object.hpp>

namespace edgeplane::gateway {

std::variant<AckMessage, MalformedMessage> ParseAckBody(std::string_view text,
                                                        const JsonLimits& limits) {
  const Result<boost::json::value> parsed = ParseJson(text, limits);
  if (!parsed) return MalformedMessage{parsed.error().message};
  const boost::json::object* object = parsed->if_object();
  if (object == nullptr) return MalformedMessage{"The body is not a JSON object."};
  return ReadAck(*object);
}

}  // namespace edgeplane::gateway
