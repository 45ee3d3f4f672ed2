#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace walbench::engine {

/// `bench`: the table and the index on the state. `production`: three more indexes and a trigger
/// that stamps `updated_at`, which is a second write in each transition.
enum class Schema : std::uint8_t { bench, production };

std::string_view schema_name(Schema schema);

/// The statements that create the schema in an empty database.
std::string schema_sql(Schema schema);

/// `/bench/file_0007.txt`: the path, and primary key, of the file with that index.
std::string bench_file_path(std::int64_t index);

/// A hash no other index has under the same seed, as 16 hex digits.
std::string bench_content_hash(std::uint64_t seed, std::int64_t index);

}  // namespace walbench::engine
