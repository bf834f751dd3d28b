// When something that an agent does every so often, at random, is due.
#pragma once

#include <random>

#include "cli/simulate/steady.h"

namespace edgeplane::simulate {

// Small, for there is one in every agent.
using Random = std::minstd_rand;

// From nothing to `span`, evenly.
Duration RandomSpan(Duration span, Random& random);

// On average every `span`: first within one span, then after half to one and a
// half of it, so that agents which began together do not stay together.
class Rhythm {
 public:
  // A span of zero: never.
  explicit Rhythm(Duration span) : span_(span) {}

  void Begin(Moment now, Random& random);
  [[nodiscard]] bool Due(Moment now) const { return now >= next_; }
  // kNever before Begin.
  [[nodiscard]] Moment next() const { return next_; }
  // It has been done.
  void Advance(Moment now, Random& random);

 private:
  Duration span_;
  Moment next_ = kNever;
};

}  // namespace edgeplane::simulate
