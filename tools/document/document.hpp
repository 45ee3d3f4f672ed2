#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace walbench::tools {

// What a report says, as values. A builder fills them in; renderers (a terminal, Markdown, an HTML
// page, CSV) show them and need no other knowledge. No string is escaped or made printable yet.

/// How a sentence or a cell should strike the reader.
enum class Tone : std::uint8_t { plain, answer, good, bad, warning };

/// A paragraph.
struct Sentence {
  std::string text;
  Tone tone = Tone::plain;
};

/// One cell: how it reads and, if it is a number, by what it sorts and what CSV writes.
struct Cell {
  std::string text;
  std::optional<double> number;
  Tone tone = Tone::plain;
};

struct Column {
  std::string name;
  bool words = false;  ///< holds sentences rather than figures: set flush left
};

using Row = std::vector<Cell>;
/// Takes a row; returns false to end the series.
using RowSink = std::function<bool(const Row&)>;

struct Table {
  std::string caption;
  std::vector<Column> columns;  ///< the first holds names
  std::vector<Row> rows = {};   ///< each as long as `columns`
  bool details = false;         ///< evidence: of use to those who look closer
  /// Instead of `rows`, for tables too long to be held: calls the sink for each row, in order, and
  /// may be called several times. What it refers to must outlive the table.
  std::function<void(const RowSink&)> stream = {};

  /// Calls the sink for each row until it returns false.
  void for_each_row(const RowSink& sink) const {
    if (stream) {
      stream(sink);
      return;
    }
    for (const Row& row : rows) {
      if (!sink(row)) return;
    }
  }
};

/// Lines to paste.
struct Code {
  std::string caption;
  std::string language;  ///< as code blocks of Markdown name it: `sql`, `c`, `python`, `yaml`
  std::string text;      ///< ends with a line break
  bool details = false;
};

struct Axis {
  enum class Scale : std::uint8_t {
    linear,
    logarithmic,
    percentile,  ///< values are 1/(1-percentile), 1 or more, on a logarithmic scale
  };
  std::string title = {};
  Scale scale = Scale::linear;
  std::string unit = {};           ///< `ms`, `s`, `%`, `MB`; empty: a count
  std::vector<double> ticks = {};  ///< where marks stand; empty: anywhere
  struct Range {
    double from = 0;
    double to = 0;
  };
  std::optional<Range> range = {};  ///< what a linear axis shows; nothing: from 0 to the last value
};

/// One curve, or one colour of a bar chart.
struct Series {
  struct Point {
    double x = 0;  ///< in a bar chart: the index of the bar's name
    double y = 0;  ///< NaN: a gap
    bool operator==(const Point&) const = default;
  };
  std::string label;
  std::vector<Point> points = {};
  std::string shade = {};    ///< series of the same shade are of one kind; empty: one of its own
  bool dots = false;         ///< marked points
  bool joined = true;        ///< by a line
  bool second_axis = false;  ///< its values stand on Chart::second
  std::vector<std::optional<std::pair<double, double>>> intervals = {};  ///< by bar: low and high
};

struct Chart {
  enum class Form : std::uint8_t { lines, bars, stacked };
  Form form = Form::lines;
  Axis x = {};  ///< in bar charts, whose bars lie: the axis of values; `y` is not used then
  Axis y = {};
  std::optional<Axis> second = {};
  std::vector<std::string> names = {};  ///< of the bars
  std::vector<Series> series = {};
};

/// One of the charts that a picture can show.
struct View {
  std::string name;
  std::function<Chart()> chart;  ///< what it refers to must outlive the picture
};

/// A picture, in one view or in several to choose from. A renderer draws it its own way, or not.
struct Picture {
  std::string name;              ///< `curves`, `breakdown`, ...
  std::string caption;           ///< what it shows, in a sentence
  std::string alternative;       ///< what there is to be seen, for those who do not see it
  std::vector<View> views = {};  ///< at least one
};

using Block = std::variant<Sentence, Table, Code, Picture>;

struct Section {
  std::string heading;
  bool details = false;  ///< of use to few: folded, or left out until it is asked for
  std::vector<Block> blocks = {};

  void add(Block block) { blocks.push_back(std::move(block)); }
  template <typename... Values>
  void say(fmt::format_string<Values...> text, Values&&... values) {
    add(Sentence{fmt::format(text, std::forward<Values>(values)...)});
  }
};

/// A report, in the order in which readers want to know: what to do, why, then everything.
struct Document {
  std::string title;
  std::vector<Section> sections = {};
};

}  // namespace walbench::tools
