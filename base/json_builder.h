// The handler that Boost.JSON's basic_parser drives to build a value.
//
// Boost's own lets the last of two members with one name win, which makes a
// message mean different things to different readers (RFC 8259, 4), and rounds
// some decimal fractions to the double next to the nearest one. This one refuses
// the former and leaves the latter to std::from_chars.
#pragma once

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeplane {

class JsonBuilder {
 public:
  using ErrorCode = boost::system::error_code;
  using Text = boost::json::string_view;

  // Errors that are not the parser's; its error code is then meaningless.
  enum class Problem : uint8_t { kNone, kDuplicateName, kNumberRange };

  [[nodiscard]] Problem problem() const { return problem_; }
  // What was built; once, after a parse without an error.
  boost::json::value Release() { return std::move(root_); }

  // --- what basic_parser asks of a handler (its names) ----------------------
  // The limit to bytes bounds all of these already.
  // NOLINTBEGIN(readability-identifier-naming)
  static constexpr size_t max_object_size = SIZE_MAX;
  static constexpr size_t max_array_size = SIZE_MAX;
  static constexpr size_t max_key_size = SIZE_MAX;
  static constexpr size_t max_string_size = SIZE_MAX;
  // NOLINTEND(readability-identifier-naming)

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }
  bool on_object_begin(ErrorCode&) { return Open(boost::json::object()); }
  bool on_object_end(size_t, ErrorCode&) { return Close(); }
  bool on_array_begin(ErrorCode&) { return Open(boost::json::array()); }
  bool on_array_end(size_t, ErrorCode&) { return Close(); }
  bool on_key_part(Text part, size_t, ErrorCode&) { return Keep(part); }
  bool on_key(Text last, size_t, ErrorCode& error);
  bool on_string_part(Text part, size_t, ErrorCode&) { return Keep(part); }
  bool on_string(Text last, size_t, ErrorCode&);
  bool on_number_part(Text part, ErrorCode&) { return Keep(part); }
  bool on_int64(int64_t number, Text, ErrorCode&) { return AddNumber(number); }
  bool on_uint64(uint64_t number, Text, ErrorCode&) { return AddNumber(number); }
  bool on_double(double approximate, Text last, ErrorCode& error);
  bool on_bool(bool truth, ErrorCode&) { return Add(truth); }
  bool on_null(ErrorCode&) { return Add(nullptr); }
  bool on_comment_part(Text, ErrorCode&) { return true; }
  bool on_comment(Text, ErrorCode&) { return true; }

 private:
  template <class T>
  bool Add(T&& value) {
    Place() = std::forward<T>(value);
    return true;
  }
  template <class T>
  bool AddNumber(T number) {
    parts_.clear();
    return Add(number);
  }
  template <class T>
  bool Open(T container) {
    boost::json::value& place = Place();
    place = std::move(container);
    open_.push_back(&place);
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }
  bool Keep(Text part) {
    parts_.append(part.data(), part.size());
    return true;
  }
  // All of a text whose last piece this is; valid until parts_ changes.
  std::string_view Whole(Text last);
  bool Fail(Problem problem, ErrorCode& error);

  // Where the next value goes.
  boost::json::value& Place();

  boost::json::value root_;
  // The containers that are open, outermost first. They stay where they are
  // while they are here: only the innermost one grows.
  std::vector<boost::json::value*> open_;
  // The member of the innermost object whose value comes next.
  boost::json::value* member_ = nullptr;
  std::string parts_;
  Problem problem_ = Problem::kNone;
};

}  // namespace edgeplane
