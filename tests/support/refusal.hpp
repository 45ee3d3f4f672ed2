#pragma once

#include <exception>
#include <string>

namespace walbench::test_support {

/// The sentence of the Error that the call throws; `accepted` if it throws nothing.
template <typename Error = std::exception, typename Call>
std::string refusal_of(const Call& call) {
  try {
    static_cast<void>(call());
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace walbench::test_support
