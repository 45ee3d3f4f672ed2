#include "tools/render/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tools/program/text.hpp"
#include "tools/render/percentile_plot.hpp"

namespace walbench::tools {
namespace {

constexpr std::string_view kIndent = "  ";

// ---- tables

void widen(std::size_t column, std::string_view text, std::vector<std::size_t>& widths) {
  widths[column] = std::max(widths[column], display_columns(text));
}

/// Appends a cell; the last one of a row gets no spaces behind it.
void add_cell(std::string_view text, std::size_t width, bool left, bool last, std::string& out) {
  const std::size_t missing = width - std::min(width, display_columns(text));
  if (!left) out.append(missing, ' ');
  out += text;
  if (left && !last) out.append(missing, ' ');
}

/// Goes through the rows twice, first to learn their widths, so that it holds none of them.
void add_table(const Table& table, PartWriter& part) {
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (std::size_t column = 0; column < widths.size(); ++column) {
    widen(column, printable(table.columns[column].name), widths);
  }
  table.for_each_row([&](const Row& row) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widen(column, printable(row[column].text), widths);
    }
    return true;
  });
  std::string& out = part.text();
  const auto add_line = [&](const auto& text_of) {
    for (std::size_t column = 0; column < widths.size(); ++column) {
      out += kIndent;
      add_cell(printable(text_of(column)), widths[column],
               column == 0 || table.columns[column].words, column + 1 == widths.size(), out);
    }
    out += '\n';
    part.pass_on();
  };
  out.append(kIndent).append(printable(table.caption)).append("\n");
  add_line([&](std::size_t column) -> const std::string& { return table.columns[column].name; });
  table.for_each_row([&](const Row& row) {
    add_line([&](std::size_t column) -> const std::string& { return row[column].text; });
    return true;
  });
}

// ---- pictures

/// One character for each shade, in the order of their first series.
struct ShadeMark {
  std::string shade;
  char mark;
};

std::vector<ShadeMark> marks_of(const Chart& chart) {
  constexpr std::string_view kMarks = "#.=+:*%o";
  std::vector<ShadeMark> marks;
  for (const Series& series : chart.series) {
    if (std::ranges::count(marks, series.shade, &ShadeMark::shade) > 0) continue;
    marks.push_back({series.shade, kMarks[marks.size() % kMarks.size()]});
  }
  return marks;
}

/// A bar: as long for every row of shares; whatever is there at all gets a mark at least.
std::string bar_of(const Chart& chart, std::size_t row, const std::vector<ShadeMark>& marks) {
  constexpr double kWidth = 50;
  std::string bar;
  for (const auto& [shade, mark] : marks) {
    double percent = 0;
    for (const Series& series : chart.series) {
      if (series.shade == shade) percent += series.points[row].y;
    }
    if (percent <= 0) continue;
    const auto length = std::lround(std::min(percent, 100.0) / 100 * kWidth);
    bar.append(static_cast<std::size_t>(std::max(length, 1L)), mark);
  }
  return bar;
}

std::string stacked_bars(const Chart& chart) {
  const std::vector<ShadeMark> marks = marks_of(chart);
  std::string out = std::string(kIndent) + printable(chart.x.title) + ":";
  for (const auto& [shade, mark] : marks) {
    out += fmt::format(" {} {}", printable(shade), mark);
  }
  out += '\n';
  std::size_t width = 0;
  for (const std::string& name : chart.names) {
    width = std::max(width, display_columns(printable(name)));
  }
  for (std::size_t row = 0; row < chart.names.size(); ++row) {
    out += kIndent;
    add_cell(printable(chart.names[row]), width, true, false, out);
    out += "  [" + bar_of(chart, row, marks) + "]\n";
  }
  return out;
}

/// Bars, or with a plot style curves: the first view of each unit, since views of one unit are a
/// choice. Empty if terminals do not draw such a picture.
std::string picture_text(const Picture& picture, const TerminalStyle& style) {
  std::string out;
  std::optional<std::string> unit;
  for (const View& view : picture.views) {
    const Chart chart = view.chart();
    if (chart.form == Chart::Form::stacked) return stacked_bars(chart);
    const bool curves =
        chart.form == Chart::Form::lines && chart.x.scale == Axis::Scale::percentile;
    if (!curves || !style.plot) return out;
    if (unit == chart.y.unit) continue;
    if (unit) out += '\n';
    unit = chart.y.unit;
    out += render_percentile_plot(chart, *style.plot);
  }
  return out;
}

// ---- blocks

/// The line without control characters. A tab at its beginning, as Go has them, stays.
std::string code_line(std::string_view line) {
  const std::size_t tabs = std::min(line.find_first_not_of('\t'), line.size());
  return std::string(tabs, '\t') + printable(line.substr(tabs));
}

void add_code(const Code& code, std::string& out) {
  out.append(kIndent).append(printable(code.caption)).append("\n");
  std::string_view rest = code.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line = code_line(rest.substr(0, end));
    if (!line.empty()) out.append(2 * kIndent.size(), ' ').append(line);
    out += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

/// Adds blocks with an empty line between them, but between sentences.
class BlockWriter {
 public:
  BlockWriter(const TerminalStyle& style, PartWriter& part) : style_(style), part_(part) {}

  void add(const Sentence& sentence) {
    separate(true);
    part_.text().append(kIndent).append(printable(sentence.text)).append("\n");
  }
  void add(const Table& table) {
    if (table.details && !style_.details) return;
    separate(false);
    add_table(table, part_);
  }
  void add(const Code& code) {
    if (code.details && !style_.details) return;
    separate(false);
    add_code(code, part_.text());
  }
  void add(const Picture& picture) {
    const std::string text = picture_text(picture, style_);
    if (text.empty()) return;
    separate(false);
    part_.text() += text;
  }

 private:
  void separate(bool is_sentence) {
    if (!first_ && !(is_sentence && after_sentence_)) part_.text() += '\n';
    first_ = false;
    after_sentence_ = is_sentence;
    part_.pass_on();
  }

  const TerminalStyle& style_;
  PartWriter& part_;
  bool first_ = true;
  bool after_sentence_ = false;
};

// ---- characters

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
constexpr std::array<Range, 6> kCombining = {{{0x300, 0x36F},
                                              {0x1AB0, 0x1AFF},
                                              {0x200B, 0x200D},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F},
                                              {0xFE20, 0xFE2F}}};
constexpr std::array<Range, 9> kWide = {{{0x1100, 0x115F},
                                         {0x2E80, 0xA4CF},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE6F},
                                         {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6},
                                         {0x1F300, 0x1F9FF},
                                         {0x20000, 0x3FFFD}}};

template <std::size_t Count>
bool is_in(const std::array<Range, Count>& ranges, std::uint32_t code_point) {
  return std::ranges::any_of(ranges, [&](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

}  // namespace

std::size_t display_columns(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    std::uint32_t code_point = first < 0x80 ? first : first & (first < 0xE0 ? 0x1FU : 0x0FU);
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
      code_point = (code_point << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
    }
    if (is_in(kCombining, code_point)) continue;
    columns += is_in(kWide, code_point) ? 2U : 1U;
  }
  return columns;
}

void render_terminal(const Document& document, const TerminalStyle& style, const TextSink& write) {
  PartWriter part(write);
  part.text() = printable(document.title) + "\n";
  for (const Section& section : document.sections) {
    if (section.details && !style.details) continue;
    part.text() += "\n" + printable(section.heading) + "\n";
    BlockWriter blocks(style, part);
    for (const Block& block : section.blocks) {
      std::visit([&](const auto& each) { blocks.add(each); }, block);
    }
  }
  part.finish();
}

}  // namespace walbench::tools
