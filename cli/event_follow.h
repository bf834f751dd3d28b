// Following what agents report, for ever.
#pragma once

#include <functional>

#include "cli/client.h"
#include "edgeplane/v1/admin_service.pb.h"

namespace edgeplane::cli {

// Gives every message to `on_message`, once each, in order: events, and before the
// first of them where the watch began, unless `request` resumes one. Goes on over a
// broken connection, and over a restart of the server, from the last resume token;
// gives up when the server has been away for a minute, and then says how to go on.
// `on_message` ends it by giving false.
using OnMessage = std::function<bool(const v1::WatchEventsResponse&)>;
Outcome FollowEvents(Client& client, v1::WatchEventsRequest request, const OnMessage& on_message);

}  // namespace edgeplane::cli
