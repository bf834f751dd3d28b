// google.protobuf.Timestamp and Duration, and the domain's time.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "base/clock.h"

namespace edgeplane {

void SetTime(Time time, google::protobuf::Timestamp& target);
// To the microsecond; what is out of range (before year 1 or after 9999)
// becomes the nearest end of it.
Time GetTime(const google::protobuf::Timestamp& timestamp);

void SetDuration(Duration duration, google::protobuf::Duration& target);
// To the microsecond.
Duration GetDuration(const google::protobuf::Duration& duration);

}  // namespace edgeplane
