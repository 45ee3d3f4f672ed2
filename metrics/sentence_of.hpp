#pragma once

#include <exception>
#include <new>
#include <string_view>

namespace walbench::metrics {

/// What a user is told of an error: what() or, instead of the name of a class, what that stands
/// for.
/// Valid as long as the error.
inline std::string_view sentence_of(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ? "out of memory" : error.what();
}

}  // namespace walbench::metrics
