#include "base/json_builder.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cmath>

namespace edgeplane {

namespace json = boost::json;

json::value& JsonBuilder::Place() {
  if (open_.empty()) return root_;
  if (member_ != nullptr) return *std::exchange(member_, nullptr);
  return open_.back()->get_array().emplace_back(nullptr);
}

std::string_view JsonBuilder::Whole(Text last) {
  // Nearly always the parser has all of it in one piece.
  if (parts_.empty()) return {last.data(), last.size()};
  parts_.append(last.data(), last.size());
  return parts_;
}

bool JsonBuilder::Fail(Problem problem, ErrorCode& error) {
  problem_ = problem;
  error = json::error::syntax;
  return false;
}

bool JsonBuilder::on_key(Text last, size_t, ErrorCode& error) {
  auto [member, is_new] = open_.back()->get_object().emplace(Whole(last), nullptr);
  parts_.clear();
  if (!is_new) return Fail(Problem::kDuplicateName, error);
  member_ = &member->value();
  return true;
}

bool JsonBuilder::on_string(Text last, size_t, ErrorCode&) {
  Place().emplace_string() = Whole(last);
  parts_.clear();
  return true;
}

bool JsonBuilder::on_double(double approximate, Text last, ErrorCode& error) {
  const std::string_view text = Whole(last);
  double exact = 0;
  const auto [end, result] = std::from_chars(text.data(), text.data() + text.size(), exact);
  if (result == std::errc::result_out_of_range) {
    // Too small is zero, as everywhere; too large has no double.
    if (std::fabs(approximate) >= 1) return Fail(Problem::kNumberRange, error);
    exact = std::copysign(0.0, approximate);
  }
  parts_.clear();
  return Add(exact);
}

}  // namespace edgeplane
