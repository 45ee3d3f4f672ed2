#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include "metrics/files/text_file.hpp"
#include "metrics/format_error.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/hgrm_columns.hpp"
#include "metrics/histogram/hgrm_parser.hpp"

namespace walbench::metrics {
namespace {

using namespace hgrm_text;

constexpr std::size_t kLongestHeading = 120;

// Lines of wrk2's report, whose spectrum is in milliseconds.
constexpr std::string_view kWrk2Run = "Running ";
constexpr std::string_view kWrk2Kind = "Latency Distribution (HdrHistogram - ";
constexpr std::string_view kWrk2Spectrum = "Detailed Percentile spectrum:";

struct Header {
  std::string unit;
  bool has_commas;
};

std::optional<Header> header_in(std::string_view line) {
  for (const bool has_commas : {false, true}) {
    const Columns columns = has_commas ? Columns::of_commas(line) : Columns::of_blanks(line);
    if (const auto unit = columns.unit_of_header()) return Header{std::string(*unit), has_commas};
  }
  return std::nullopt;
}

/// A line like ` 99.900%    1.23s`; the value in milliseconds.
std::optional<StatedPercentile> stated_in(std::string_view line) {
  struct Suffix {
    std::string_view name;
    double ms;
  };
  constexpr std::array<Suffix, 5> kSuffixes = {
      {{"us", 1e-3}, {"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}}};
  const Columns columns = Columns::of_blanks(line);
  if (columns.count() != 2 || !columns[0].ends_with('%')) return std::nullopt;
  const auto percentile = number_from_all_of<double>(columns[0].substr(0, columns[0].size() - 1));
  const std::size_t digits = columns[1].find_first_not_of("0123456789.");
  if (!percentile || digits == std::string_view::npos) return std::nullopt;
  const auto value = number_from_all_of<double>(columns[1].substr(0, digits));
  if (!value || *percentile < 0 || *percentile > 100) return std::nullopt;
  for (const Suffix& suffix : kSuffixes) {
    if (columns[1].substr(digits) == suffix.name) {
      return StatedPercentile{*percentile, *value * suffix.ms};
    }
  }
  return std::nullopt;
}

/// What stands around distributions, as far as it says something of the next one.
class Surroundings {
 public:
  void line(std::string_view text) {
    if (const auto unit = unit_in_comment(text)) unit_ = *unit;
    if (text.empty() || text.starts_with('#')) return;
    if (text == kWrk2Spectrum) {
      is_wrk2_ = true;
    } else if (text.starts_with(kWrk2Run)) {
      run_ = text;
    } else if (text.starts_with(kWrk2Kind)) {
      kind_ = text.substr(kWrk2Kind.size(), text.size() - kWrk2Kind.size() - 1);
      stated_.clear();
    } else if (const auto stated = kind_.empty() ? std::nullopt : stated_in(text)) {
      stated_.push_back(*stated);
    } else {
      text_ = text;
    }
  }

  /// The next one begins.
  void describe(const Header& header, HgrmFile& file) {
    if (!header.unit.empty()) {
      file.unit = header.unit;
    } else if (is_wrk2_) {
      file.unit = value_unit_name(ValueUnit::ms);
    } else if (unit_) {
      file.unit = value_unit_name(*unit_);
    }
    if (is_wrk2_) {
      file.heading = run_.empty() || kind_.empty() ? fmt::format("{}{}", run_, kind_)
                                                   : fmt::format("{}: {}", run_, kind_);
      file.stated = std::move(stated_);
    } else {
      file.heading = text_;
    }
    file.heading.resize(std::min(file.heading.size(), kLongestHeading));
    kind_ = text_ = {};
    stated_.clear();
    is_wrk2_ = false;
  }

 private:
  std::optional<ValueUnit> unit_;
  std::string_view run_;   // `Running 10s test @ http://localhost/`
  std::string_view kind_;  // `Recorded Latency`
  std::string_view text_;  // the last line of another program
  std::vector<StatedPercentile> stated_;
  bool is_wrk2_ = false;
};

/// Cuts a text into distributions and what stands around them.
class HgrmReader {
 public:
  void line(std::string_view text, bool terminated) {
    ++number_;
    text = trimmed(text);
    if (const auto header = header_in(text)) {
      end_distribution();
      parser_.emplace(header->has_commas, number_);
      HgrmFile described;
      surroundings_.describe(*header, described);
      described_.push_back(std::move(described));
    } else if (!parser_ || !parser_->take(text, number_, terminated)) {
      surroundings_.line(text);
    } else if (const auto unit = unit_in_comment(text); unit && described_.back().unit.empty()) {
      described_.back().unit = value_unit_name(*unit);
    }
  }

  std::vector<HgrmFile> finish() && {
    if (!parser_) {
      throw FormatError("is no .hgrm file: there is no header line of a percentile distribution");
    }
    end_distribution();
    return std::move(described_);
  }

 private:
  void end_distribution() {
    if (!parser_) return;
    HgrmFile file = std::move(*parser_).finish();
    HgrmFile& described = described_.back();
    file.unit = std::move(described.unit);
    file.heading = std::move(described.heading);
    file.stated = std::move(described.stated);
    described = std::move(file);
  }

  Surroundings surroundings_;
  std::vector<HgrmFile> described_;
  std::optional<HgrmParser> parser_;  // of the last one
  std::size_t number_ = 0;
};

}  // namespace

std::vector<HgrmFile> parse_distributions(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.empty()) throw FormatError("is empty");
  HgrmReader reader;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool terminated = end != std::string_view::npos;
    reader.line(text.substr(0, end), terminated);
    text.remove_prefix(terminated ? end + 1 : text.size());
  }
  return std::move(reader).finish();
}

HgrmFile parse_hgrm(std::string_view text) {
  std::vector<HgrmFile> files = parse_distributions(text);
  if (files.size() == 1) return std::move(files.front());
  throw FormatError(
      fmt::format("holds {} distributions; split it into a file for each", files.size()));
}

bool is_hgrm_header(std::string_view line) {
  return header_in(trimmed(line)).has_value();
}

}  // namespace walbench::metrics
