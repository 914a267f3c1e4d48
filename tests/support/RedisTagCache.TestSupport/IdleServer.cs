using System.Collections.Concurrent;
using System.Diagnostics;

namespace RedisTagCache.TestSupport;

/// <summary>
/// An embedded server that a test has neither hung nor killed, and that the next test gets as if it were new. To start one takes two seconds of a
/// processor, so that hundreds of them would take most of the time of a run.
/// </summary>
internal sealed record IdleServer(Process Process, LoopbackPort Port)
{
    private static readonly ConcurrentQueue<IdleServer> _idle = [];

    /// <summary>Makes the server available. It ends with this process if nobody takes it.</summary>
    public void Give() => _idle.Enqueue(this);

    /// <summary>Takes a server that is as it was when it was started; returns null if there is none.</summary>
    public static async Task<IdleServer?> TakeAsync()
    {
        while (_idle.TryDequeue(out var server))
        {
            if (!server.Process.HasExited && await ServerReset.TryAsync(server.Port.Number))
                return server;
            server.End();
        }

        return null;
    }

    private void End()
    {
        Process.Kill();
        Process.Dispose();
        Port.Dispose();
    }
}
