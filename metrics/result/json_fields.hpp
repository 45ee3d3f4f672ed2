#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

/// Reads the fields of the JSON that .hgrm files carry. Each function throws FormatError, which
/// names the field, where it is missing, of another type, or out of the range that is named.
namespace walbench::metrics::json_fields {

using Json = nlohmann::ordered_json;

/// Throws FormatError: `its walbench metadata ...`.
[[noreturn]] void refuse(const std::string& why);
/// The member of that name.
const Json& field(const Json& json, const char* name);
/// Longer texts are refused: a name is repeated in every table of a report.
inline constexpr std::size_t kLongestText = 4096;
std::string text_in(const Json& json, const char* name);
/// At least 0.
std::int64_t count_in(const Json& json, const char* name);
/// Whether there is one.
bool has(const Json& json, const char* name);
/// At least 1.
std::int64_t positive_in(const Json& json, const char* name);
/// An array.
const Json& list_in(const Json& json, const char* name);
}  // namespace walbench::metrics::json_fields
