// Members of what agents send, read leniently: null is the same as absent, and a
// number where text is meant stands for its digits. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgeplane::gateway {

// The integer that a double stands for, where it stands for no other.
std::optional<int64_t> WholeNumber(double number);

// Null where there is no such member, or where it is null.
const boost::json::value* Member(const boost::json::object& object, std::string_view name);

// A string, or a number as its digits (1.5e10 as 15000000000); nothing where
// there is no such member, or where it is something else.
std::optional<std::string> TextMember(const boost::json::object& object, std::string_view name);

// The member as canonical JSON text; nothing unless it is an object of at most
// `bytes_max` bytes.
std::optional<std::string> ObjectMember(const boost::json::object& object, std::string_view name,
                                        size_t bytes_max);

}  // namespace edgeplane::gateway
