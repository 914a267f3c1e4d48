using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace RedisTagCache.TestSupport;

/// <summary>A PostgreSQL process of the test's own, on a free loopback port, with its data in a temporary folder.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly string? _binaries = FindBinaries();
    private readonly string _directory = Directory.CreateTempSubdirectory("rtc-postgres-").FullName;
    private readonly LoopbackPort _port = LoopbackPort.Take();
    private Process? _process;
    private bool _isDurable;

    private PostgresServer()
    {
    }

    public static bool IsInstalled => _binaries is not null;

    private string Data => Path.Combine(_directory, "data");

    /// <summary>Returns the connection string of a database.</summary>
    public string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port.Number};Username=postgres;Database={database};Maximum Pool Size=40;Timeout=60;Command Timeout=60");

    /// <summary>Starts a server.</summary>
    /// <param name="isDurable">Whether each commit is written to disk, as in production.</param>
    public static async Task<PostgresServer> StartAsync(bool isDurable = false)
    {
        var server = new PostgresServer { _isDurable = isDurable };
        if (Environment.UserName == "root")
            await RunAsync(new ProcessStartInfo("chown", ["postgres", server._directory]));
        await RunAsync(StartInfo("initdb", "-D", server.Data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8"));
        await server.StartProcessAsync();
        return server;
    }

    /// <summary>Ends the process at once, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync("immediate");
        await StartProcessAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await StopAsync("immediate");
        _process?.Dispose();
        _port.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StopAsync(string mode)
    {
        await RunAsync(StartInfo("pg_ctl", "stop", "-D", Data, "-m", mode, "-w"));
        await _process!.WaitForExitAsync();
    }

    private async Task StartProcessAsync()
    {
        _process = Start(StartInfo(
            "postgres", "-D", Data, "-p", _port.Number.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", _isDurable ? "fsync=on" : "fsync=off", "-c", "max_connections=200"));
        await Eventually.BecomesTrueAsync(AnswersAsync, "PostgreSQL answers", TimeSpan.FromMinutes(1));
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException("PostgreSQL ended before it answered.");
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>The server does not run as root.</summary>
    private static ProcessStartInfo StartInfo(string program, params string[] arguments)
    {
        var path = Path.Combine(_binaries!, program);
        return Environment.UserName == "root"
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
    }

    private static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        using var process = Start(start);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with exit code {process.ExitCode}.");
    }

    /// <summary>Debian keeps the programs of each version in a folder of its own. REDISTAGCACHE_POSTGRES=none hides them.</summary>
    private static string? FindBinaries() => Environment.GetEnvironmentVariable("REDISTAGCACHE_POSTGRES") == "none" ? null :
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin")) : [])
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
}
