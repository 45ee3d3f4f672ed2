#pragma once

#include <cstdint>

namespace walbench::engine {

/// pgbench's hashes of the eight bytes of `value`, least significant first: the same numbers as
/// there for the same seed.
std::int64_t hash_murmur2(std::int64_t value, std::int64_t seed);  ///< MurmurHash64A (Appleby)
std::int64_t hash_fnv1a(std::int64_t value, std::int64_t seed);    ///< Fowler, Noll, Vo, 64 bits

/// The place of `value` (modulo `size`) in a permutation of 0 .. size - 1 that belongs to `seed`.
/// Not the permutation that pgbench has for this seed. Throws std::domain_error unless size > 0.
std::int64_t permute(std::int64_t value, std::int64_t size, std::int64_t seed);

}  // namespace walbench::engine
