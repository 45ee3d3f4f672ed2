#pragma once

#include <stdexcept>

namespace walbench::metrics {

/// Input text or bytes do not follow their format. The message says what is wrong and where (a
/// line, a position); it never repeats bytes of the input, so it is safe to print.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace walbench::metrics
