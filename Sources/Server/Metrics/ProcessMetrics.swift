import Core
import Foundation
import Storage

/// The operating system's figures on this process, under the names that Prometheus' client libraries use.
struct ProcessMetrics: Sendable {
    private let start = Date()

    var all: [Metric] {
        var all = [
            Metric(
                "polier_build_info", "Always 1; the version is a label.", .gauge(1), ["version": Release.version]),
            Metric(
                "process_start_time_seconds", "When the process started, in seconds since 1970.",
                .gauge(start.timeIntervalSince1970)),
        ]
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let seconds = [usage.ru_utime, usage.ru_stime].reduce(0.0) {
                $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1_000_000
            }
            all.append(Metric("process_cpu_seconds_total", "Processor time used.", .counter(seconds)))
        }
        // On Linux only; proc_pid_statm(5) counts pages.
        if let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = statm.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        {
            all.append(
                Metric(
                    "process_resident_memory_bytes", "Memory in use.",
                    .gauge(pages * Double(sysconf(Int32(_SC_PAGESIZE))))))
        }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            all.append(Metric("process_open_fds", "Open files and connections.", .gauge(Double(open.count))))
        }
        return all
    }
}
