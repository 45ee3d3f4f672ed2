#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "metrics/result/result_set.hpp"

namespace walbench::tools {

/// One cell: how it reads, and by what it is sorted where that is a number.
struct DocumentCell {
  std::string text;
  std::optional<double> number;
};

struct DocumentTable {
  std::string caption;
  std::vector<std::string> columns;  ///< the first holds names, the others figures
  std::vector<std::vector<DocumentCell>> rows;
  bool folded = false;  ///< a picture tells the same
};

/// A place for a picture that is drawn from report_json(): which picture, of which run or log.
struct DocumentFigure {
  enum class Kind : std::uint8_t { curves, breakdown, changes, scaling, wal, intervals, lone };
  Kind kind = Kind::curves;
  std::size_t index = 0;    ///< in the JSON's `runs` or `interval_logs`
  std::string caption;      ///< what it shows, in a sentence
  std::string alternative;  ///< what is to be seen, for those who do not see it
};

using DocumentBlock = std::variant<std::string, DocumentTable, DocumentFigure>;

struct DocumentSection {
  std::string heading;
  bool folded = false;                ///< of use to few: not shown until it is asked for
  std::vector<DocumentBlock> blocks;  ///< a text is a paragraph
};

/// A report for readers, in the order in which they want to know: conclusions, then what they rest
/// on, then where it was measured. Pages and Markdown are made of it. No string is escaped or made
/// printable yet.
struct ReportDocument {
  std::string title;
  std::vector<DocumentSection> sections;
};

ReportDocument document_of(const metrics::ResultSet& set);

}  // namespace walbench::tools
