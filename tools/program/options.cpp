#include "tools/program/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "tools/program/exit_code.hpp"

namespace walbench::tools {
namespace {

constexpr std::size_t kTextColumn = 26;
constexpr std::size_t kWidth = 96;

/// The words of `text`, in lines that begin at kTextColumn; the first continues a line.
std::string wrapped(std::string_view text) {
  std::string out;
  std::size_t column = kTextColumn;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const bool first = column == kTextColumn;
    if (!first && column + 1 + word.size() > kWidth) {
      out += "\n" + std::string(kTextColumn, ' ');
      column = kTextColumn;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    begin = end + 1;
  }
  return out;
}

std::string paragraph(const std::string& head, std::string_view text) {
  std::string out = "  " + head;
  if (out.size() + 2 > kTextColumn) {
    out += "\n" + std::string(kTextColumn, ' ');
  } else {
    out.resize(kTextColumn, ' ');
  }
  return out + wrapped(text) + "\n";
}

/// With the short name, if there is one. Other long names are taken, and not told.
std::string help_of(const Option& option) {
  const std::string shortest = option.aliases.substr(0, option.aliases.find(','));
  return option.help + (shortest.empty() ? "" : ". Also " + shortest);
}

std::string paragraph(const Option& option) {
  std::string head = option.name;
  if (!option.argument.empty() && option.argument != option.name) head += " " + option.argument;
  if (option.takes == Takes::several) head += "...";
  const std::string preset = option.preset.empty() ? "" : fmt::format(" [{}]", option.preset);
  return paragraph(head, help_of(option) + preset);
}

std::string_view completion_name(Completion completion) {
  switch (completion) {
    case Completion::nothing: return "nothing";
    case Completion::choices: return "choices";
    case Completion::list: return "list";
    case Completion::file: return "file";
    case Completion::folder: return "folder";
    case Completion::results: return "results";
  }
  return "?";
}

std::string_view takes_name(Takes takes) {
  switch (takes) {
    case Takes::nothing: return "nothing";
    case Takes::one: return "one";
    case Takes::one_each_time: return "repeated";
    case Takes::several: return "several";
  }
  return "?";
}

/// An option that went away was given.
class OptionMoved : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The options that all programs have.
std::vector<Option> common_rows() {
  return {{.section = "Help",
           .name = "-h,--help",
           .argument = {},
           .help = "print this and exit",
           .takes = Takes::nothing,
           .set = {}},
          {.section = "Help",
           .name = "--version",
           .argument = {},
           .help = "print the version and exit",
           .takes = Takes::nothing,
           .set = {}}};
}

CLI::Option* declare(CLI::App& app, const Option& row) {
  const std::string names = row.aliases.empty() ? row.name : row.name + "," + row.aliases;
  if (row.takes == Takes::nothing) return app.add_flag(names);
  CLI::Option* const option = app.add_option(names)->type_name(row.argument);
  if (row.takes == Takes::several) {
    option->expected(1, CLI::detail::expected_max_vector_size)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args();
  }
  if (row.takes == Takes::one_each_time) {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  return option;
}

/// Hands on what was given for the option.
void apply(const Option& row, const CLI::Option& given) {
  if (given.count() == 0) return;
  if (row.takes == Takes::nothing) {
    if (given.as<bool>()) row.set({});
    return;
  }
  for (const std::string& value : given.results()) {
    // As from a variable of the shell that is not set: not the same as an option that was left out.
    if (value.empty()) throw std::invalid_argument(row.name + " is given an empty value");
    try {
      row.set(value);
    } catch (const std::invalid_argument& error) {
      refuse(row.name, error.what());
    }
  }
}

}  // namespace

void refuse(std::string_view option, std::string_view why) {
  throw std::invalid_argument(fmt::format("{}: {}", option, why));
}

void Options::flag(std::string name, std::string help, bool& target) {
  rows_.push_back({.section = section_,
                   .name = std::move(name),
                   .argument = {},
                   .help = std::move(help),
                   .takes = Takes::nothing,
                   .set = [&target](const std::string&) { target = true; }});
}

void Options::hidden(const std::string& name, Takes takes,
                     std::function<void(const std::string&)> set) {
  moved_.push_back({.section = {},
                    .name = name,
                    .argument = {},
                    .help = {},
                    .takes = takes,
                    .set = std::move(set)});
}

void Options::elsewhere(const std::string& name, Takes takes, const std::string& instead) {
  hidden(name, takes, [instead, name](const std::string&) {
    throw OptionMoved(fmt::format("{}: {}", name, instead));
  });
}

void Options::moved(const std::string& name,
                    const std::function<std::string(const std::string&)>& instead) {
  hidden(name, Takes::one_each_time, [instead, name](const std::string& value) {
    throw OptionMoved(name + " is no longer an option; " + instead(value));
  });
}

std::optional<ParseEnd> Options::parse(const std::vector<std::string>& arguments,
                                       std::set<std::string>* names_given) const {
  CLI::App app(text_.purpose, text_.name);
  bool print_rows = false;
  app.add_flag("--print-options", print_rows);
  app.set_version_flag("--version", text_.version);
  std::vector<std::pair<const Option*, const CLI::Option*>> given;
  for (const std::vector<Option>* const rows : {&rows_, &moved_}) {
    for (const Option& row : *rows) {
      given.emplace_back(&row, declare(app, row));
    }
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    if (print_rows) return ParseEnd{kDone, rows()};
    for (const auto& [row, option] : given) {
      apply(*row, *option);
      if (names_given != nullptr && option->count() > 0) names_given->insert(row->name);
    }
  } catch (const CLI::CallForHelp&) {
    return ParseEnd{kDone, help()};
  } catch (const CLI::CallForVersion&) {
    return ParseEnd{kDone, text_.version + "\n"};
  } catch (const CLI::ParseError& error) {
    return refusal(error.what());
  } catch (const std::invalid_argument& error) {
    return refusal(error.what());
  } catch (const OptionMoved& error) {
    return refusal(error.what());
  }
  return std::nullopt;
}

std::string Options::help() const {
  std::string out = fmt::format("{}\nUsage: {} {}\n", text_.purpose, text_.name, text_.usage);
  std::string section;
  const auto append = [&](const Option& row) {
    if (row.section != section) out += fmt::format("\n{}:\n", row.section);
    section = row.section;
    out += paragraph(row);
  };
  std::ranges::for_each(rows_, append);
  std::ranges::for_each(common_rows(), append);
  return out + text_.footer + "\n";
}

// One line a row: section, name, argument, default, choices, completion, values and help, with tabs
// between them. man_page.sh and completion.sh read it.
std::string Options::rows() const {
  std::string out;
  const auto append = [&out](const Option& row) {
    out += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", row.section, row.name, row.argument,
                       row.preset, fmt::join(row.choices, " "), completion_name(row.completion),
                       takes_name(row.takes), help_of(row));
  };
  std::ranges::for_each(rows_, append);
  std::ranges::for_each(common_rows(), append);
  return out;
}

}  // namespace walbench::tools
