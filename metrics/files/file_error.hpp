#pragma once

#include <stdexcept>

namespace walbench::metrics {

/// A file or folder that cannot be read or written. The message names it, says why, and what to do.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace walbench::metrics
