#include "storage/storage_error.hpp"

#include <array>
#include <cstddef>
#include <new>

namespace walbench::storage {

Remedy remedy_of(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return Remedy::less_memory;
  const auto* const refused = dynamic_cast<const StorageError*>(&error);
  return refused != nullptr ? refused->remedy() : Remedy::none;
}

ErrorKind kind_of(const std::exception& error) {
  const auto* const refused = dynamic_cast<const StorageError*>(&error);
  return refused != nullptr ? refused->kind() : ErrorKind::other;
}

std::string_view outcome_name(Outcome outcome) {
  constexpr std::array<std::string_view, kOutcomes> kNames = {"committed", "conflict", "busy",
                                                              "failed", "unknown"};
  return kNames[static_cast<std::size_t>(outcome)];
}

Outcome outcome_of(const std::exception_ptr& failure) {
  if (!failure) return Outcome::committed;
  try {
    std::rethrow_exception(failure);
  } catch (const OccConflict&) {
    return Outcome::conflict;
  } catch (const StorageError& error) {
    return error.kind() == ErrorKind::busy ? Outcome::busy : Outcome::failed;
  } catch (const WriteCancelled&) {
    return Outcome::failed;
  } catch (...) {
    return Outcome::unknown;
  }
}

}  // namespace walbench::storage
