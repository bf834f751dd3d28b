// The way to a registry, before anybody goes it.
#pragma once

#include <functional>
#include <memory>

namespace grpc {
class Channel;
}

namespace edgeplane::gateway {

// Gives the channel for one link: a new one, unless they all lead to the same. A name may
// lead to another registry than it did the last time, and a channel keeps to where it is.
// Called on one thread at a time.
using RegistryDialer = std::function<std::shared_ptr<grpc::Channel>()>;

}  // namespace edgeplane::gateway
