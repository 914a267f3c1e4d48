using RedisTagCache.HttpHistory.Checking;

namespace RedisTagCache.HttpHistory.Clients;

/// <summary>Sends one request after the other and has each response checked.</summary>
internal sealed class Client(Asker asker, int port, ResponseCheck check, MemoryCheck memory)
{
    private readonly Ask _ask = new();
    private readonly Answer _answer = new();

    public async Task RunAsync(CancellationToken stop)
    {
        using var client = new RawClient(port);
        while (!stop.IsCancellationRequested)
        {
            var request = asker.Next(_ask);
            memory.Begin(_ask.Target.Page.Size);
            await client.AskAsync(request, _ask.IsHead, _answer);
            memory.End(_ask.Target.Page.Size);
            check.Check(_ask, _answer);
        }
    }

    /// <summary>Asks for large pages, with pauses between them.</summary>
    public async Task ReadLargeAsync(CancellationToken stop)
    {
        using var client = new RawClient(port);
        while (!stop.IsCancellationRequested)
        {
            var request = asker.Next(_ask, isLarge: true);
            memory.Begin(_ask.Target.Page.Size);
            await client.AskAsync(request, _ask.IsHead, _answer);
            memory.End(_ask.Target.Page.Size);
            check.Check(_ask, _answer);
            await Task.Delay(asker.Random.Next(1_500), CancellationToken.None);
        }
    }

    /// <summary>Reads large pages slowly.</summary>
    public async Task ReadSlowlyAsync(CancellationToken stop)
    {
        using var client = new RawClient(port, receiveBuffer: 16 * 1024);
        using var hurry = stop.Register(() => client.Pause = TimeSpan.Zero);
        while (!stop.IsCancellationRequested)
        {
            var request = asker.Next(_ask, isLarge: true);
            var size = _ask.Target.Page.Size;
            client.Pause = TimeSpan.FromMilliseconds(100 + asker.Random.Next(300));
            memory.Begin(size);
            await client.AskAsync(request, _ask.IsHead, _answer, leaveAfter: asker.Random.Next(2) == 0 ? asker.Random.Next(size) : -1);
            memory.End(size);
            if (_answer.IsWhole)
                check.Check(_ask, _answer);
        }
    }

    /// <summary>Leaves before it has its answer.</summary>
    public async Task LeaveAsync(CancellationToken stop)
    {
        using var client = new RawClient(port);
        while (!stop.IsCancellationRequested)
        {
            var request = asker.Next(_ask, isLarge: asker.Random.Next(50) == 0);
            await client.LeaveAsync(request, TimeSpan.FromMilliseconds(asker.Random.Next(10)));
            await Task.Delay(asker.Random.Next(50), CancellationToken.None);
        }
    }
}
