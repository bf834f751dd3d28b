// The way to a registry, before anybody goes it.
#pragma once

#include <functional>
#include <memory>

namespace grpc {
class Channel;
}

namespace edgeplane::gateway {

// Gives a channel that has not connected yet. Each link asks for one: a name may lead to
// another registry than it did the last time, and a channel keeps to where it is. Called on
// one thread at a time.
using RegistryDialer = std::function<std::shared_ptr<grpc::Channel>()>;

}  // namespace edgeplane::gateway
