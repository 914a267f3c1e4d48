using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>Tries again what a passing trouble, such as a connection just lost, has kept from succeeding. For what may be done twice.</summary>
internal static class Retry
{
    private const int MaxTries = 4;
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(40);

    public static async Task<T> RunAsync<T>(Func<Task<T>> operation, TimeProvider time)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await operation().ConfigureAwait(false);
            }
            catch (Exception e) when (tries < MaxTries && RedisFailure.IsTransient(e))
            {
                await Task.Delay(_firstPause * (1 << (tries - 1)), time).ConfigureAwait(false);
            }
        }
    }
}
