using System.Diagnostics;
using System.Globalization;
using System.Net;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Soak.Web;

/// <summary>One process of the sample, as it is, on a port of its own. It can be killed and started again.</summary>
internal sealed class WebInstance : IAsyncDisposable
{
    /// <summary>Connections that died with the process may be noticed a little after it is back.</summary>
    private static readonly TimeSpan _downtimeEcho = TimeSpan.FromSeconds(1);

    private readonly string _database;
    private readonly string _redis;
    private readonly string _probeFile;
    private readonly WebLog _log;
    private Process? _process;
    private int _id;
    private long _downUntil = long.MinValue;

    public WebInstance(string name, string folder, string redis)
    {
        Name = name;
        _redis = redis;
        _database = Path.Combine(folder, "newsroom.db");
        _probeFile = Path.Combine(folder, name + ".probe");
        _log = new WebLog(Path.Combine(folder, name + ".log"));
        Address = new Uri($"http://127.0.0.1:{RedisServer.FreePort()}");
        Readers = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };
        Editor = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Name { get; }

    public Uri Address { get; }

    public HttpClient Readers { get; }

    public HttpClient Editor { get; }

    public WebLog Log => _log;

    public bool IsDown => Interlocked.Read(ref _downUntil) == long.MaxValue;

    /// <summary>Whether the soak had killed the process at some time since then.</summary>
    public bool WasDownSince(long timestamp) => Interlocked.Read(ref _downUntil) > timestamp;

    public async Task StartAsync()
    {
        var dll = Repository.Program("samples", "Newsroom");
        var start = new ProcessStartInfo("dotnet", [dll]) { WorkingDirectory = Repository.Folder("samples", "Newsroom"), RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        start.Environment["ConnectionStrings__Redis"] = _redis;
        start.Environment["ConnectionStrings__Newsroom"] = $"Data Source={_database}";
        start.Environment["Newsroom__Instance"] = Name;
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment["SOAK_PROBE"] = _probeFile;
        _process = Process.Start(start)!;
        _id = _process.Id;
        _process.OutputDataReceived += _log.Line;
        _process.ErrorDataReceived += _log.Line;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.BecomesTrueAsync(IsUpAsync, "the sample answers", TimeSpan.FromSeconds(60));
    }

    public async Task KillAndRestartAsync()
    {
        Interlocked.Exchange(ref _downUntil, long.MaxValue);
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_probeFile);
        await StartAsync();
        Interlocked.Exchange(ref _downUntil, Stopwatch.GetTimestamp() + (long)(_downtimeEcho.TotalSeconds * Stopwatch.Frequency));
    }

    /// <summary>Nothing while the process is not there or has not written its first values.</summary>
    public ProcessSample Sample() => IsDown ? ProcessSample.None : ProcessSample.Read(_id, _probeFile);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _log.Dispose();
        Readers.Dispose();
        Editor.Dispose();
    }

    private async Task<bool> IsUpAsync()
    {
        if (_process!.HasExited) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{Name} ended with {_process.ExitCode}."));
        try
        {
            using var response = await Editor.GetAsync(new Uri("/healthz", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
