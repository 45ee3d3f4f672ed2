#pragma once

#include <algorithm>
#include <array>
#include <string_view>

// What the writer and the parser of .hgrm files must agree on.
namespace walbench::metrics::hgrm_text {

inline constexpr std::array<std::string_view, 4> kHeaderColumns = {
    "Value", "Percentile", "TotalCount", "1/(1-Percentile)"};
inline constexpr std::string_view kCommentStart = "#[";
inline constexpr std::string_view kCommentEnd = "]";
inline constexpr std::string_view kJsonKey = "Walbench = ";
inline constexpr std::string_view kHistogramKey = "Histogram = ";

inline bool is_object_on_one_line(std::string_view json) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  return json.size() >= 2 && json.starts_with('{') && json.ends_with('}') &&
         std::none_of(json.begin(), json.end(), is_control);
}

}  // namespace walbench::metrics::hgrm_text
