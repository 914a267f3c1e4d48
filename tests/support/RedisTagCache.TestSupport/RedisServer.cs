using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RedisTagCache.TestSupport;

/// <summary>
/// A server process of the test's own, on a free loopback port, that can be hung, killed, and started again: redis-server, or the embedded server
/// where none is installed.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>For the connection string of a test's own connection that must not give up on a busy machine. One to a server that is killed would notice it too late.</summary>
    public const string Patient = ",syncTimeout=30000,asyncTimeout=30000";

    private static readonly ConcurrentBag<LoopbackPort> _kept = [];
    private static readonly Lazy<bool> _hasNoChannelRights = new(static () => VersionText().Contains(" v=6.0.", StringComparison.Ordinal));
    private readonly string _directory = Directory.CreateTempSubdirectory("rtc-redis-").FullName;
    private readonly LoopbackPort _port;
    private string[] _arguments;
    private bool _isNode;
    private bool _isDisturbed;
    private Process? _process;

    private RedisServer(params string[] arguments) => (_port, _arguments) = (LoopbackPort.Take(), arguments);

    private RedisServer(IdleServer idle) => (_port, _process, _arguments) = (idle.Port, idle.Process, []);

    public static bool IsInstalled { get; } = FindExecutable() is not null;

    /// <summary>Whether it is the one that is installed, and not one that brings its own C library.</summary>
    public static bool IsTheMachines => FindExecutable() == FindInstalled();

    /// <summary>Whether tests run on the embedded server because no redis-server is installed.</summary>
    public static bool IsEmbedded => !IsInstalled && !RedisFixture.IsRealRedisRequired;

    public int Port => _port.Number;

    public int ProcessId => _process!.Id;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>The rules of a user's rights on keys and channels. The embedded server knows rights on commands alone, and Redis 6.0 none on channels.</summary>
    public static object[] KeyRights(string pattern) => IsEmbedded ? [] : _hasNoChannelRights.Value ? ["~" + pattern] : ["~" + pattern, "&" + pattern];

    /// <summary>Starts a server without persistence. Skips the test if the embedded server cannot take the arguments.</summary>
    /// <param name="arguments">Further arguments, such as <c>--maxmemory 32mb</c>.</param>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        ServerFeatures.RequireFor(arguments);
        if (IsEmbedded && await IdleServer.TakeAsync() is { } idle)
            return new RedisServer(idle);
        return await StartOnFreePortAsync(() => new RedisServer(arguments));
    }

    /// <summary>Starts a server, and again on another port if something other than a test took the port, or the port of the cluster bus, in between.</summary>
    private static async Task<RedisServer> StartOnFreePortAsync(Func<RedisServer> make)
    {
        for (var tries = 1; ; tries++)
        {
            var server = make();
            try
            {
                await server.StartProcessAsync();
                return server;
            }
            catch (InvalidOperationException) when (tries < 5)
            {
                await server.DisposeAsync();
            }
        }
    }

    /// <summary>Starts an embedded server that becomes a node of a cluster.</summary>
    internal static async Task<RedisServer> StartEmbeddedNodeAsync()
    {
        return await StartOnFreePortAsync(static () => new RedisServer { _isNode = true });
    }

    /// <summary>Starts a sentinel that watches nothing yet.</summary>
    public static async Task<RedisServer> StartSentinelAsync()
    {
        ServerFeatures.Require(ServerFeature.Sentinel);
        var server = new RedisServer();
        var file = Path.Combine(server._directory, "sentinel.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"port {server.Port}\nbind 127.0.0.1\n"));
        server._arguments = [file, "--sentinel"];
        await server.StartProcessAsync();
        return server;
    }

    public void Kill()
    {
        _isDisturbed = true;
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops the process without ending it: connections stay open and nothing answers.</summary>
    public void Hang()
    {
        _isDisturbed = true;
        Signal("STOP");

        // The signal reaches one thread after the other, and what still runs may answer.
        if (!SpinWait.SpinUntil(IsStopped, TimeSpan.FromSeconds(15)))
            throw new TimeoutException("The server did not stop.");
    }

    public void Resume() => Signal("CONT");

    /// <summary>Starts it again after <see cref="Kill"/>, on the same port and in the same directory.</summary>
    public Task RestartAsync() => StartProcessAsync();

    /// <summary>The same with other further arguments, and with variables in its environment.</summary>
    public Task RestartAsync(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        _arguments = arguments;
        return StartProcessAsync(environment);
    }

    /// <summary>A connection for the test itself, with administrative commands.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(ConnectionString + ",allowAdmin=true,abortConnect=false");

    public async ValueTask DisposeAsync()
    {
        SharedServers.Remove(ConnectionString);
        if (IsEmbedded && !_isNode && !_isDisturbed && _process is { HasExited: false })
        {
            new IdleServer(_process, _port).Give();
        }
        else
        {
            if (_process is { HasExited: false })
            {
                Signal("CONT");
                _process.Kill();
                await _process.WaitForExitAsync();
            }

            _process?.Dispose();
            _port.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Ends the process with that of the tests, unless it has ended.</summary>
    internal void End()
    {
        try
        {
            _process!.Kill();
            Directory.Delete(_directory, recursive: true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // it was disposed of, or writes a last file
        }
    }

    private async Task StartProcessAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = IsEmbedded ? EmbeddedServer.StartInfo(Port, _isNode ? _directory : null) : StartInfo();
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = _process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.BecomesTrueAsync(async () => process.HasExited || await AnswersAsync(), "the server answers", TimeSpan.FromMinutes(2));
        if (process.HasExited)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The server on port {Port} ended with exit code {process.ExitCode} before it answered."));
    }

    private ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(FindExecutable()!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] common = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _directory];
        foreach (var argument in _arguments is [_, "--sentinel"] ? _arguments : common.Concat(_arguments))
            start.ArgumentList.Add(argument);
        return start;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var reply = new byte[16];
            return await client.GetStream().ReadAsync(reply) > 0 && reply.AsSpan().StartsWith("+PONG"u8);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>Whether no thread of it runs, as the letter behind its name in parentheses tells.</summary>
    private bool IsStopped()
    {
        try
        {
            return Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process!.Id}/task"))
                .Select(static thread => File.ReadAllText(Path.Combine(thread, "stat")))
                .All(static stat => stat[stat.LastIndexOf(')') + 2] == 'T');
        }
        catch (IOException)
        {
            return false; // a thread has ended meanwhile
        }
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Gets a port that no other test takes while this process runs.</summary>
    public static int FreePort()
    {
        var port = LoopbackPort.Take();
        _kept.Add(port);
        return port.Number;
    }

    /// <summary>The one at REDISTAGCACHE_SERVER ("none" for none), else the one that is installed.</summary>
    private static string? FindExecutable() => Environment.GetEnvironmentVariable("REDISTAGCACHE_SERVER") switch
    {
        "none" => null,
        { Length: > 0 } given => given,
        _ => FindInstalled(),
    };

    private static string? FindInstalled() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin")
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);

    private static string VersionText()
    {
        using var process = Process.Start(new ProcessStartInfo(FindExecutable()!, "--version") { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }
}
