#pragma once

#include <exception>
#include <new>
#include <string_view>
#include <system_error>

namespace walbench::metrics {

/// The sentence that a user is told of an error: what(), but no name of a class. Valid as long as
/// the error.
inline std::string_view sentence_of(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "out of memory";
  const auto* const of_system = dynamic_cast<const std::system_error*>(&error);
  if (of_system != nullptr && of_system->code() == std::errc::resource_unavailable_try_again) {
    return "no more threads can be started here, or there is no memory for them";
  }
  return error.what();
}

}  // namespace walbench::metrics
