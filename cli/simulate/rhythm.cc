#include "cli/simulate/rhythm.h"

namespace edgeplane::simulate {

Duration RandomSpan(Duration span, Random& random) {
  std::uniform_int_distribution<int64_t> spread(0, span.count());
  return Duration(spread(random));
}

void Rhythm::Begin(Moment now, Random& random) {
  if (span_ > Duration::zero()) next_ = now + RandomSpan(span_, random);
}

void Rhythm::Advance(Moment now, Random& random) {
  if (span_ > Duration::zero()) next_ = now + span_ / 2 + RandomSpan(span_, random);
}

}  // namespace edgeplane::simulate
