namespace RedisTagCache.Connection;

internal static class TaskExtensions
{
    /// <summary>For a task for which, it may be, nobody waits any more: should it fail, that has been told otherwise.</summary>
    public static void Forget(this Task task) =>
        _ = task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
