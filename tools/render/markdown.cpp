#include "tools/render/markdown.hpp"

#include <fmt/format.h>

#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

std::string row_of(const Row& row) {
  std::string out = "|";
  for (const Cell& cell : row) {
    out += " " + markdown_text(cell.text) + " |";
  }
  return out + "\n";
}

std::string text_of(const Table& table) {
  std::string out = "**" + markdown_text(table.caption) + "**\n\n|";
  for (const Column& column : table.columns) {
    out += " " + markdown_text(column.name) + " |";
  }
  out += "\n|";
  for (const Column& column : table.columns) {
    out += column.words || &column == &table.columns.front() ? " :-- |" : " --: |";
  }
  out += "\n";
  const std::string rest = for_each_shown_row(table, [&](const Row& row) { out += row_of(row); });
  return out + (rest.empty() ? "\n" : "\n" + markdown_text(rest) + "\n\n");
}

std::string text_of(const Sentence& sentence) {
  const std::string text = markdown_text(sentence.text);
  return (sentence.tone == Tone::answer ? "**" + text + "**" : text) + "\n\n";
}

std::string text_of(const Code& code) {
  return markdown_text(code.caption) + ":\n\n```" + code.language + "\n" + code.text + "```\n\n";
}

std::string text_of(const Picture& /*left out*/) {
  return {};
}

}  // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kActive = "\\`*[]<>|&~";
  std::string out;
  for (const char c : printable(text)) {
    if (kActive.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string for_each_shown_row(const Table& table, const std::function<void(const Row&)>& show) {
  std::size_t count = 0;
  bool all = true;
  table.for_each_row([&](const Row& row) {
    all = !table.stream || count < kMostStreamedRows;
    if (all) show(row);
    ++count;
    return all;
  });
  if (all) return {};
  return fmt::format("The table shows the first {} rows; --format csv has them all.",
                     kMostStreamedRows);
}

std::string render_markdown(const Document& document) {
  std::string out = "# " + markdown_text(document.title) + "\n\n";
  for (const Section& section : document.sections) {
    out += "## " + markdown_text(section.heading) + "\n\n";
    for (const Block& block : section.blocks) {
      out += std::visit([](const auto& each) { return text_of(each); }, block);
    }
  }
  return out;
}

}  // namespace walbench::tools
