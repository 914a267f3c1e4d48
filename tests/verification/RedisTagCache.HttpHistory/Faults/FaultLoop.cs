using System.Globalization;
using RedisTagCache.HttpHistory.Checking;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.HttpHistory.Faults;

/// <summary>Does one thing after the other to Redis, with a time between them in which the cache is to be well.</summary>
internal sealed class FaultLoop(RedisServer redis, Trouble trouble, Verdicts verdicts, TimeSpan settle, Action<string> say)
{
    /// <summary>How the count of a fault begins.</summary>
    public const string Name = "fault: ";

    private int _next;

    /// <summary>What the server is started with.</summary>
    public static string[] Arguments { get; } = ["--dbfilename", "first.rdb"];

    public async Task RunAsync(int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        while (await PauseAsync(settle, stop))
        {
            // In turn, from one application to the next, so that a short run has each of them.
            var kind = (FaultKind)(_next++ % Enum.GetValues<FaultKind>().Length);
            var duration = TimeSpan.FromMilliseconds(500 + random.Next(2_500));
            await (kind == FaultKind.RefuseWrites ? RefuseWritesAsync(duration) : FailAsync(kind, duration));
            verdicts.Count(Name + kind);
            say($"  {kind} of {duration.TotalSeconds:0.0} s");
        }
    }

    public static IEnumerable<(FaultKind Kind, long Times)> Of(Verdicts verdicts) =>
        Enum.GetValues<FaultKind>().Select(kind => (kind, verdicts.Counts.GetValueOrDefault(Name + kind)));

    /// <summary>Redis goes on to answer: what is stored is served.</summary>
    private async Task RefuseWritesAsync(TimeSpan duration)
    {
        await using var connection = await redis.ConnectAsync();
        var server = connection.GetServers()[0];
        trouble.BeginRefusal();
        await server.ConfigSetAsync("maxmemory", "1");
        await Task.Delay(duration);
        await server.ConfigSetAsync("maxmemory", "0");
        trouble.EndRefusal();
    }

    private async Task FailAsync(FaultKind kind, TimeSpan duration)
    {
        trouble.BeginFault();
        try
        {
            await InjectAsync(kind, duration);
        }
        finally
        {
            trouble.EndFault();
        }
    }

    private async Task InjectAsync(FaultKind kind, TimeSpan duration)
    {
        switch (kind)
        {
            case FaultKind.Hang:
                redis.Hang();
                await Task.Delay(duration);
                redis.Resume();
                break;
            case FaultKind.KillAndLoseEverything:
                redis.Kill();
                await Task.Delay(duration);
                await redis.RestartAsync(["--dbfilename", string.Create(CultureInfo.InvariantCulture, $"{Guid.NewGuid():N}.rdb")]);
                break;
            case FaultKind.StopAndComeBackWithEverything:
                await StopAsync();
                await Task.Delay(duration);
                await redis.RestartAsync();
                break;
            case FaultKind.CutConnections:
                await SendAsync(static server => server.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));
                break;
            case FaultKind.FlushScripts:
                await SendAsync(static server => server.ScriptFlushAsync());
                break;
            default:
                await SendAsync(static async server =>
                {
                    await foreach (var key in server.KeysAsync(pattern: "*", pageSize: 1_000))
                    {
                        if (await server.Multiplexer.GetDatabase().KeyTypeAsync(key) != RedisType.String)
                            await server.Multiplexer.GetDatabase().KeyDeleteAsync(key);
                    }
                });
                break;
        }
    }

    /// <summary>Ends it with all that it has on its disk.</summary>
    private async Task StopAsync()
    {
        try
        {
            await SendAsync(static server => server.ExecuteAsync("SHUTDOWN", "SAVE"));
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            // It has gone before it answered.
        }

        redis.Kill();
    }

    private async Task SendAsync(Func<IServer, Task> command)
    {
        await using var connection = await redis.ConnectAsync();
        await command(connection.GetServers()[0]);
    }

    private static async Task<bool> PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
