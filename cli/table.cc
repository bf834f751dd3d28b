#include "cli/table.h"

#include <algorithm>
#include <cassert>

#include "cli/escape.h"

namespace edgeplane::cli {
namespace {

constexpr std::string_view kGap = "  ";

struct Shown {
  std::string text;
  size_t width = 0;
  Style style = Style::kPlain;
};

// Less of a word than this is no word.
constexpr size_t kWidthMin = 5;

using Lines = std::vector<std::vector<Shown>>;

std::vector<size_t> Widest(const Lines& lines, size_t first) {
  std::vector<size_t> widths(lines.front().size(), 0);
  for (size_t row = first; row < lines.size(); ++row) {
    for (size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], lines[row][i].width);
    }
  }
  return widths;
}

// Takes from the widest that may give, until all fit or none can.
void Narrow(std::vector<size_t>& widths, const std::vector<size_t>& floors, size_t columns) {
  size_t total = kGap.size() * (widths.size() - 1);
  for (const size_t width : widths) total += width;
  while (total > columns) {
    size_t* widest = nullptr;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] > floors[i] && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
    --total;
  }
}

void Cut(Shown& cell, size_t width) {
  if (cell.width <= width) return;
  cell.text = CutToWidth(cell.text, width);
  cell.width = DisplayWidth(cell.text);
}

Shown Show(const Cell& cell) {
  std::string text = cell.text.empty() ? "-" : EscapeForTerminal(cell.text);
  const size_t width = DisplayWidth(text);
  return {std::move(text), width, cell.style};
}

}  // namespace

Table::Table(std::vector<std::string> headings)
    : headings_(std::move(headings)),
      right_(headings_.size(), false),
      whole_(headings_.size(), false) {
  if (!whole_.empty()) whole_.front() = true;
}

void Table::Add(std::vector<Cell> row) {
  assert(row.size() <= headings_.size());
  rows_.push_back(std::move(row));
}

void Table::AlignRight(size_t column) { right_.at(column) = true; }

void Table::Write(std::ostream& out, bool colour, size_t columns) const {
  Lines lines;
  lines.reserve(rows_.size() + 1);
  std::vector<Shown>& head = lines.emplace_back();
  for (const std::string& heading : headings_) head.push_back(Show({heading, Style::kHeading}));
  for (const std::vector<Cell>& row : rows_) {
    std::vector<Shown>& line = lines.emplace_back();
    for (size_t i = 0; i < headings_.size(); ++i) {
      line.push_back(Show(i < row.size() ? row[i] : Cell("")));
    }
  }
  std::vector<size_t> widths = Widest(lines, 0);
  if (columns > 0) {
    std::vector<size_t> floors = Widest(lines, 1);
    for (size_t i = 0; i < floors.size(); ++i) {
      if (whole_[i]) {
        floors[i] = widths[i];
      } else {
        floors[i] = right_[i] ? std::max(floors[i], kWidthMin) : kWidthMin;
      }
    }
    Narrow(widths, floors, columns);
    for (std::vector<Shown>& line : lines) {
      for (size_t i = 0; i < line.size(); ++i) Cut(line[i], widths[i]);
    }
  }
  for (const std::vector<Shown>& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - line[i].width, ' ');
      const std::string text = Styled(line[i].text, line[i].style, colour);
      const bool last = i + 1 == line.size();
      if (right_[i]) {
        out << padding << text;
      } else {
        out << text << (last ? "" : padding);
      }
      if (!last) out << kGap;
    }
    out << '\n';
  }
}

void Block::Add(std::string name, Cell value) {
  if (value.text.empty()) return;
  lines_.push_back({std::move(name), std::move(value)});
}

void Block::Add(std::string name, const std::vector<std::string>& values) {
  bool first = true;
  for (const std::string& value : values) {
    if (value.empty()) continue;
    lines_.push_back({first ? name : "", value});
    first = false;
  }
}

void Block::Write(std::ostream& out, bool colour) const {
  size_t widest = 0;
  for (const Line& line : lines_) widest = std::max(widest, DisplayWidth(line.name));
  for (const Line& line : lines_) {
    const std::string name = line.name.empty() ? "" : line.name + ":";
    out << name << std::string(widest + 2 - name.size(), ' ')
        << Styled(EscapeForTerminal(line.value.text), line.value.style, colour) << '\n';
  }
}

}  // namespace edgeplane::cli
