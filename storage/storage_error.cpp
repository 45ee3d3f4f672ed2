#include "storage/storage_error.hpp"

namespace walbench::storage {

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
