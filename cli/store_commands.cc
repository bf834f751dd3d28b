// `edgeplane store`: an installation's state into a file, and back.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

#include "cli/all_settings.h"
#include "cli/commands.h"
#include "cli/export_file.h"
#include "cli/failure.h"
#include "cli/setting_flags.h"
#include "cli/store_place.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

namespace transfer = storage::transfer;
using std::chrono::steady_clock;

constexpr char kStandardStream[] = "-";

struct StoreFlags {
  ServeSettings settings;
  SettingSet set;
  SettingSet::Values values;
  std::string file;

  Status Resolve(const Invocation& invocation) {
    SettingSet::Values given = values;
    given.insert(invocation.client_flags.begin(), invocation.client_flags.end());
    return ResolveStoreSettings(set, settings, given);
  }
};

Outcome Failed(const Error& error) {
  const bool usage = error.code == v1::ErrorReason::INVALID_FIELD;
  return {usage ? ExitCode::kUsage : ExitCode::kFailed, {error.message}};
}

// Says how far it is: on a terminal soon, in a log seldom.
transfer::Progress ProgressOn(const Surroundings& around, const char* verb) {
  const auto every = std::chrono::seconds(around.err_is_terminal ? 1 : 10);
  return [&around, verb, every, next = steady_clock::now() + every](std::string_view table,
                                                                    int64_t rows) mutable {
    if (steady_clock::now() < next) return;
    next = steady_clock::now() + every;
    around.err << verb << ' ' << table << ": " << rows << " rows so far\n" << std::flush;
  };
}

int64_t Sum(const transfer::Counts& counts) {
  int64_t sum = 0;
  for (const auto& [table, rows] : counts) sum += rows;
  return sum;
}

void WriteCounts(const transfer::Counts& counts, std::ostream& out, const Surroundings& around) {
  Table table({"TABLE", "ROWS"});
  table.AlignRight(1);
  for (const auto& each : transfer::AllTables()) {
    const auto found = counts.find(each.name);
    if (found != counts.end()) table.Add({std::string(each.name), std::to_string(found->second)});
  }
  table.Write(out, around.colour);
}

boost::json::object CountsToJson(const transfer::Counts& counts) {
  boost::json::object rows;
  for (const auto& [table, count] : counts) rows[table] = count;
  boost::json::object object;
  object["rows"] = std::move(rows);
  return object;
}

// --- export -------------------------------------------------------------------

Outcome ReportExport(const Invocation& invocation, const StoreFlags& flags,
                     const transfer::Counts& counts) {
  const Surroundings& around = invocation.around;
  const std::string& file = flags.file;
  // What was asked for may be on standard output already.
  std::ostream& out = file == kStandardStream ? around.err : around.out;
  if (invocation.json) {
    out << boost::json::serialize(CountsToJson(counts)) << '\n';
    return {};
  }
  WriteCounts(counts, out, around);
  out << "Exported " << Sum(counts) << " rows from " << StorePlace(flags.settings)
      << (file == kStandardStream ? std::string() : " to " + file) << ".\n"
      << "The agents' secrets in it are sealed: they need the " << kMasterKeyFile
      << " of the data directory, kept apart.\n";
  return {};
}

Outcome RunExport(StoreFlags& flags, const Invocation& invocation) {
  if (const Status resolved = flags.Resolve(invocation); !resolved.ok()) {
    return SettingsFailure(resolved.error());
  }
  const auto source = OpenSource(flags.settings);
  if (!source.ok()) return Failed(source.error());
  std::unique_ptr<ExportFile> file;
  if (flags.file != kStandardStream) {
    auto made = ExportFile::Create(flags.file);
    if (!made.ok()) return Failed(made.error());
    file = *std::move(made);
  }
  const Surroundings& around = invocation.around;
  const auto write = [&](std::string_view line) -> Status {
    if (file != nullptr) return file->Write(line);
    around.out << line;
    if (around.out.good()) return {};
    return MakeError(v1::ErrorReason::INTERNAL, "Standard output could not be written.");
  };
  const auto counts =
      transfer::Export(**source, around.clock.Now(), write, ProgressOn(around, "exporting"));
  if (!counts.ok()) return Failed(counts.error());
  around.out.flush();
  const Status finished = file != nullptr ? file->Finish() : write("");
  if (!finished.ok()) return Failed(finished.error());
  return ReportExport(invocation, flags, *counts);
}

// --- import -------------------------------------------------------------------

Outcome ReportImport(const Invocation& invocation, const StoreFlags& flags,
                     const transfer::Counts& counts, int64_t ended) {
  const Surroundings& around = invocation.around;
  if (invocation.json) {
    boost::json::object object = CountsToJson(counts);
    object["sessions_ended"] = ended;
    around.out << boost::json::serialize(object) << '\n';
    return {};
  }
  WriteCounts(counts, around.out, around);
  around.out << "Imported " << Sum(counts) << " rows into " << StorePlace(flags.settings) << "; "
             << ended << " sessions have ended, and their agents connect again.\n"
             << "Before a server starts on it, put the " << kMasterKeyFile << " and "
             << kAdminTokenFile << " of the old data directory into the new one.\n";
  return {};
}

Result<transfer::Counts> ImportFrom(std::istream& text, const StoreFlags& flags,
                                    const Surroundings& around) {
  return transfer::Import(
      text, [&flags] { return OpenSink(flags.settings); }, ProgressOn(around, "importing"));
}

Outcome RunImport(StoreFlags& flags, const Invocation& invocation) {
  if (const Status resolved = flags.Resolve(invocation); !resolved.ok()) {
    return SettingsFailure(resolved.error());
  }
  std::ifstream file;
  if (flags.file != kStandardStream) {
    std::error_code ignored;  // what cannot be looked at cannot be opened
    if (std::filesystem::is_directory(flags.file, ignored)) {
      return UsageError(flags.file + " is a directory; name the file that was exported.");
    }
    file.open(flags.file, std::ios::binary);
    if (!file) return UsageError("The file " + flags.file + " cannot be read.");
  }
  std::istream& text = flags.file == kStandardStream ? invocation.around.in : file;
  const auto counts = ImportFrom(text, flags, invocation.around);
  // Which std::cin tells as its end.
  if (!counts.ok() && &text == &std::cin && std::ferror(stdin) != 0) {
    return UsageError("Standard input cannot be read to its end. Nothing was imported.");
  }
  if (!counts.ok()) return Failed(counts.error());
  const auto ended = ReleaseImportedSessions(flags.settings);
  if (!ended.ok()) {
    return {ExitCode::kFailed,
            {"Everything was imported, but the sessions in it could not be ended: " +
                 ended.error().message,
             "A registry that is started on it ends them by itself."}};
  }
  return ReportImport(invocation, flags, *counts, *ended);
}

void AddStoreCommand(CommandTree& tree, CLI::App& group, const char* name, const char* description,
                     const char* examples, const char* option, const char* meaning,
                     Outcome (*run)(StoreFlags&, const Invocation&)) {
  const auto flags = std::make_shared<StoreFlags>();
  DeclareStoreSettings(flags->set, flags->settings);
  CLI::App& command = tree.AddLocal(
      group, name, description, examples,
      [flags, run](const Invocation& invocation) { return run(*flags, invocation); },
      /*with_json=*/true);
  command.add_option(option, flags->file, meaning)->type_name("FILE")->required();
  AddSettingFlags(tree, command, flags->set, flags->values);
}

}  // namespace

void AddStoreCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup(
      "store",
      "Take everything an installation keeps out of its store, and put it into another: to back "
      "it up, and to move between SQLite and PostgreSQL.",
      "edgeplane store export --output backup.jsonl\n"
      "edgeplane store import --input backup.jsonl --database postgres://edgeplane@db/edgeplane");
  AddStoreCommand(tree, group, "export",
                  "Write all that the store keeps into a file. A server may run meanwhile: what is "
                  "written is the state of one moment.",
                  "edgeplane store export --data-dir /var/lib/edgeplane --output backup.jsonl\n"
                  "edgeplane store export --database postgres://edgeplane@db/edgeplane --output - "
                  "| (umask 077; gzip >backup.jsonl.gz)",
                  "--output", "Where to: a file that is not there yet, or - for standard output.",
                  &RunExport);
  AddStoreCommand(tree, group, "import",
                  "Fill an empty store with what `store export` has written: all of it, or nothing "
                  "where anything is wrong. No server may run on it.",
                  "edgeplane store import --data-dir /var/lib/edgeplane --input backup.jsonl\n"
                  "gzip -dc backup.jsonl.gz | edgeplane store import --input - --database "
                  "postgres://edgeplane@db/edgeplane",
                  "--input", "What to read, or - for standard input.", &RunImport);
}

}  // namespace edgeplane::cli
