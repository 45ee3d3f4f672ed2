#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/hgrm_columns.hpp"

namespace walbench::metrics {

/// Reads one distribution of a `.hgrm` text: what stands below its header line. Members throw
/// FormatError, which names the line.
class HgrmParser {
 public:
  HgrmParser(bool has_commas, std::size_t header_line)
      : has_commas_(has_commas), line_number_(header_line) {}

  /// Takes the next line, without blanks around it, if it belongs to the distribution: a row, a
  /// comment, an empty line. False: it is something else, and every row was read. `terminated`: a
  /// line break followed, so the line cannot have been cut off.
  bool take(std::string_view text, std::size_t line_number, bool terminated);

  /// The distribution, without `unit`, `heading` and `stated`; throws FormatError if it is not
  /// whole.
  HgrmFile finish() &&;

 private:
  [[noreturn]] void fail(std::string_view problem) const;
  void require(bool condition, std::string_view problem) const {
    if (!condition) fail(problem);
  }

  bool is_row(std::string_view text) const;
  hgrm_text::Columns columns_of(std::string_view text) const;
  void row(const hgrm_text::Columns& columns, bool terminated);
  bool stands_for_all(const hgrm_text::Columns& columns) const;
  double inverse_distance(std::string_view text) const;
  double non_negative(std::string_view text) const;
  std::int64_t count(std::string_view text) const;

  void comment(std::string_view body);
  void walbench_line(std::string_view json);
  void histogram_line(std::string_view base64);
  void footer_line(std::string_view first, std::string_view second);
  std::string_view value_of(std::string_view field, std::string_view key) const;
  std::optional<double> statistic(std::string_view text) const;
  void check_rows_against_total() const;
  void keep_rows_to_max();

  HgrmFile file_;
  std::optional<std::int64_t> footer_total_;
  bool has_commas_;
  std::size_t line_number_;
  bool last_row_seen_ = false;  // the row that stands for all samples
  bool mean_line_seen_ = false;
  bool footer_ended_ = false;
};

}  // namespace walbench::metrics
